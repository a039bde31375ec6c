/** Which step a crew takes next, as `dispatch/state/unit.py` allows; the desk decides, this only offers. Pure. */
import { JOURNEY } from "@shared/journey.ts";
import type { UnitStatus } from "@shared/words.ts";

/** Steps that can be entered now, the usual one first; a seat enters none for a unit that stands ready. */
export function nextSteps(status: UnitStatus): readonly UnitStatus[] {
  return status === "available" ? [] : JOURNEY[status];
}

/** The steps of a run in order, with the register's word for each minute. */
export const RUN_STEPS: readonly (readonly [UnitStatus, string])[] = [
  ["accepted", "unit_accepted"],
  ["en_route", "unit_en_route"],
  ["on_scene", "unit_on_scene"],
  ["at_patient", "patient_contact"],
  ["patient_loaded", "patient_loaded"],
  ["transporting", "depart_scene"],
  ["at_hospital", "arrival_gate"],
  ["handed_over", "handoff_complete"],
];

export const OUTCOMES = [
  "delivered", "treated_on_scene", "refused", "self_conveyed", "not_found", "cancelled", "death_on_scene", "handed_to_other_unit",
] as const;
