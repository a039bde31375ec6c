/** A pre-alert (预派): where it will probably go, and one key that says the crew is on its way to the vehicle. */
import type { Standby } from "@shared/rows.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Key } from "./keys.tsx";
import { Coordinates } from "./Run.tsx";
import { SceneWarnings } from "./SceneWarnings.tsx";

export function StandsBy({ crew, standby }: { crew: Crew; standby: Standby }) {
  const { incident } = crew.rows.value;
  if (incident === null) return null;
  return (
    <section class="incoming standby" aria-live="assertive">
      <p class="incoming-title">{t("crew.standby.title")} · {incident.number}</p>
      <h2>{incident.words ?? t("crew.no_words")}</h2>
      <p class="incoming-complaint">{incident.complaint === null ? t("ui.unknown") : t.code("complaint", incident.complaint)}{incident.priority !== null && ` · ${incident.priority}`}</p>
      <Coordinates crew={crew} />
      <SceneWarnings crew={crew} />
      {standby.phase === "called"
        ? <Key label={t("crew.standby.acknowledge")} kind="main" onTap={() => void crew.do("acknowledge-standby", { unit_id: crew.unitId })} />
        : <p>{t("crew.standby.wait")}</p>}
    </section>
  );
}
