/** A new assignment fills the screen until it is accepted: where, what, how urgent. */
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Coordinates } from "./Run.tsx";
import { SceneWarnings } from "./SceneWarnings.tsx";

export function Incoming({ crew }: { crew: Crew }) {
  const { incident, calls, unit } = crew.rows.value;
  if (incident === null || unit?.status !== "assigned") return null;
  const complaint = incident.complaint ?? calls[0]?.complaint ?? null;
  return (
    <section class="incoming" aria-live="assertive">
      <p class="incoming-title">{t("crew.new_run")} · {incident.number}</p>
      <h2>{incident.words ?? calls[0]?.words ?? t("crew.no_words")}</h2>
      <p class="incoming-complaint">{complaint === null ? t("ui.unknown") : t.code("complaint", complaint)}{incident.priority !== null && ` · ${incident.priority}`}</p>
      <Coordinates crew={crew} />
      <SceneWarnings crew={crew} />
    </section>
  );
}
