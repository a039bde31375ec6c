/** Record one finding of a patient. */
import type { Finding, Patient } from "@shared/rows.ts";
import { findingPatch } from "../model/findings.ts";
import type { Crew } from "../state.ts";

export function learn(crew: Crew, patient: Patient, path: string, value: Finding): void {
  void crew.do("record-findings", { patient_id: patient.id, findings: findingPatch(path, value) });
}
