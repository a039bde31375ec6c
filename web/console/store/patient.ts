/** The patient that the incident panel is about: the chosen one, else the first. */
import type { Incident, Patient } from "@shared/rows.ts";
import { useDesk, type Desk } from "./desk.ts";

export function patientOf(desk: Desk, incident: Incident): Patient | null {
  const chosen = desk.selection.patientId.value;
  const id = chosen !== null && incident.patient_ids.includes(chosen) ? chosen : incident.patient_ids[0];
  return desk.link.tables.patients.value.get(id ?? "") ?? null;
}

export function usePatient(incident: Incident): Patient | null {
  return patientOf(useDesk(), incident);
}
