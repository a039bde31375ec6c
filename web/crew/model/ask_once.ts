/** When the crew may be asked for minutes that no machine saw: standing, with empty hands. */
import type { CrewRows } from "./mirror.ts";
import type { SeenFix, Wheels } from "./wheels.ts";

const EMPTY_HANDED: ReadonlySet<string> = new Set(["handed_over", "cleaning"]);

/** Never at a patient, never during CPR (on a second patient of the same run neither), never while the vehicle moves. */
export function mayAsk({ unit, patients }: Pick<CrewRows, "unit" | "patients">, fix: Pick<SeenFix, "speed"> | null, wheels: Wheels | null): boolean {
  if (unit === null || !EMPTY_HANDED.has(unit.status)) return false;
  if (patients.some((each) => each.handoff === null && each.outcome === null)) return false;
  return fix === null || fix.speed === null || wheels === null || fix.speed <= wheels.still_mps;
}
