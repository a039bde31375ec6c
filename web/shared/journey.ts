/** What follows a unit's report, as `dispatch/state/unit.py` allows it, the usual step first; the desk decides, pages only offer. */
import type { UnitStatus } from "./words.ts";

export const JOURNEY: Readonly<Record<UnitStatus, readonly UnitStatus[]>> = {
  available: ["returning"],
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
