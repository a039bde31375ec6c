/** Which step a crew takes next, as `dispatch/unit.py` allows; the desk decides, this only offers. Pure. */
import type { UnitStatus } from "@shared/rows.ts";

const JOURNEY: Readonly<Record<UnitStatus, readonly UnitStatus[]>> = {
  available: [],
  assigned: ["accepted", "en_route", "on_scene", "at_patient"],
  accepted: ["en_route", "on_scene", "at_patient"],
  en_route: ["on_scene", "at_patient"],
  on_scene: ["at_patient", "patient_loaded", "transporting"],
  at_patient: ["patient_loaded", "transporting"],
  patient_loaded: ["transporting", "at_hospital"],
  transporting: ["at_hospital"],
  at_hospital: ["handed_over", "stretcher_held"],
  stretcher_held: ["handed_over"],
  handed_over: ["cleaning", "returning", "available"],
  cleaning: ["available", "returning"],
  returning: ["available", "cleaning"],
  out_of_service: ["available"],
};

/** Steps that can be entered now, the usual one first. */
export function nextSteps(status: UnitStatus): readonly UnitStatus[] {
  return JOURNEY[status];
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
