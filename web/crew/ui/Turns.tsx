/** The next turns of the leg that is driven now; nothing while the vehicle stands, or hands are on the patient. */
import { both } from "@shared/texts.ts";
import { ahead, along, goalOf, OFF_WAY_M } from "../model/turns.ts";
import { lastFix } from "../position.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { way } from "../turns.ts";

export function Turns({ crew }: { crew: Crew }) {
  const { unit, incident, centers } = crew.rows.value;
  const center = centers.find(({ id }) => id === crew.patient.value?.center_id) ?? null;
  const goal = unit === null ? null : goalOf(unit.status, incident?.place ?? null, center);
  const [known, fix] = [way.value, lastFix.value];
  if (unit === null || goal === null || known === null || fix === null || known.key !== `${unit.id} ${goal.lon},${goal.lat}`) return null;
  const { done_m, beside_m } = along(known, fix);
  if (beside_m > OFF_WAY_M) return <p class="turns turns-off">{t("crew.turns.off")}</p>;
  const next = ahead(known, done_m);
  let in_m = next.in_m;
  return (
    <ol class="turns" aria-label={t("crew.turns")}>
      {next.steps.map((step) => {
        const row = <li key={`${step.text.zh}/${Math.round(in_m)}`}><span class="turn-in">{metres(in_m)}</span> {both(step.text)}</li>;
        in_m += step.distance_m;
        return row;
      })}
    </ol>
  );
}

/** Rounded as a driver reads it: to 10 m when near, to 100 m when far. */
function metres(distance_m: number): string {
  return distance_m >= 1_000 ? `${(distance_m / 1_000).toFixed(1)} km` : `${Math.round(distance_m / 10) * 10} m`;
}
