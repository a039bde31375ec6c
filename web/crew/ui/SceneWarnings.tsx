/** What is dangerous where the crew goes: read before it gets out. */
import { isolatedAmong } from "@shared/isolation.ts";
import type { SceneFlag } from "@shared/rows.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Key } from "./keys.tsx";

export function SceneWarnings({ crew }: { crew: Crew }) {
  const { incident, patients, unit } = crew.rows.value;
  if (incident === null) return null;
  const dangers = (Object.keys(incident.flags) as SceneFlag[]).filter((flag) => incident.flags[flag] === "yes" && flag !== "infectious_suspected");
  const { staging } = incident;
  const staged = staging?.phase === "staged";
  const infectious = incident.flags.infectious_suspected === "yes";
  if (dangers.length === 0 && staging === null && !infectious) return null;
  return (
    <div class={`scene-warnings ${staged ? "hold" : ""}`} role="alert">
      {dangers.length > 0 && <p>⚠ {dangers.map((flag) => t(`flag.${flag}`)).join(" · ")}</p>}
      {infectious && <p>⚠ {t("isolation.warning")} {isolatedAmong(patients).join(" ")}</p>}
      {staged && <p><strong>⚠ {t("staging.hold", { distance: staging.distance_m })}</strong></p>}
      {staging?.phase === "cleared" && <p>✓ {t("staging.cleared")}</p>}
      {staged && unit?.status === "on_scene" && <Key label={t("crew.scene.clear")} sub={t("crew.scene.clear.sub")} onTap={() => void crew.do("clear-scene", { incident_id: incident.id, by: t("crew.scene.by_police") })} />}
    </div>
  );
}
