/**
 * What the tablet shows before the server has answered: the last known rows with the unsent steps laid over them.
 * Only what the crew itself said is laid over; conditions, rankings and the hospital's answer come from the server alone.
 */
import type { CommandEntry } from "../outbox/entry.ts";
import type { Activation, Assignment, Call, Center, Finding, Findings, Incident, Patient, Point, Unit, VitalsEntry } from "@shared/rows.ts";
import { isLate, STEP_POINT } from "./journey.ts";

export interface CrewRows {
  readonly unit: Unit | null;
  readonly assignment: Assignment | null;
  readonly incident: Incident | null;
  readonly calls: readonly Call[];
  readonly patients: readonly Patient[];
  readonly activations: readonly Activation[];
  readonly centers: readonly Center[];
}

export const NO_ROWS: CrewRows = { unit: null, assignment: null, incident: null, calls: [], patients: [], activations: [], centers: [] };

/** Raised when a row gets a field that this page reads: rows that an older page kept are then not shown. */
export const ROWS_SHAPE = 4;
export interface Remembered {
  readonly shape: number;
  readonly rows: CrewRows;
}

/** Lay every unsent step over the rows, in order. */
export function mirrored(rows: CrewRows, pending: readonly CommandEntry[]): CrewRows {
  return pending.reduce(withEntry, rows);
}

function withEntry(rows: CrewRows, entry: CommandEntry): CrewRows {
  const at = entry.at;
  switch (entry.slug) {
    case "sign-on":
      return withUnit(rows, (unit) => ({ ...unit, crew: entry.data.crew, crew_names: entry.data.names ?? null, ...(unit.out_reason === "no_crew" ? { status: "available", status_since: at } : {}) }));
    case "sign-off":
      return withUnit(rows, (unit) => ({ ...unit, crew: [], crew_names: null }));
    case "take-out-of-service":
      return withUnit(rows, (unit) => ({ ...unit, status: "out_of_service", status_since: at, out_reason: entry.data.reason }));
    case "acknowledge-standby":
      return withUnit(rows, (unit) => (unit.standby === null ? unit : { ...unit, standby: { ...unit.standby, phase: "acknowledged", acknowledged_at: at } }));
    case "report-status":
      return withStep(rows, entry.data.status, at);
    case "end-assignment":
      return { ...withUnit(rows, (unit) => ({ ...unit, status: "returning", status_since: at, assignment_id: null })), assignment: null, incident: null, patients: [], activations: [] };
    case "record-findings":
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, findings: merged(patient.findings, entry.data.findings), findings_at: at }));
    case "record-vitals":
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, vitals: withVitals(patient.vitals, entry.data.vitals, at) }));
    case "bind-monitor":
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, device_id: entry.data.device_id, device_bound_at: at }));
    case "unbind-monitor":
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, device_id: null, device_bound_at: null }));
    case "give-treatment":
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, treatments: [...patient.treatments, { code: entry.data.code, dose: entry.data.dose ?? null, at }] }));
    case "record-consent": {
      const { procedure, step, asked, signer, words, approver } = entry.data;
      const said = { procedure, step, at, asked: asked ?? "patient", told_by: "", entered_for: null, signer: signer ?? null, words: words ?? null, approver: approver ?? null };
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, consents: [...patient.consents, said] }));
    }
    case "write-to-team":
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, lines: [...patient.lines, { at, side: "crew", by: "", who: null, text: entry.data.text }] }));
    case "answer-order": {
      const { order_id, answer, why, words } = entry.data;
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, orders: patient.orders.map((order) => (order.id === order_id ? { ...order, phase: answer, answered_at: at, why: why ?? null, words: words ?? null } : order)) }));
    }
    case "record-ecg":
      return withPatient(rows, entry.data.patient_id, (patient) => ({
        ...patient,
        ecgs: [...patient.ecgs, { id: entry.data.ecg_id, at, sample_rate_hz: entry.data.sample_rate_hz, leads: entry.data.leads, reading: null, read_by: null, read_at: null, readings: [] }],
      }));
    case "read-ecg":
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, ecgs: patient.ecgs.map((ecg) => (ecg.id === entry.data.ecg_id ? { ...ecg, reading: entry.data.reading, read_at: at } : ecg)) }));
    case "choose-destination":
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, center_id: entry.data.center_id, chosen_by: entry.data.chosen_by ?? "crew_doctor", choice_reason: entry.data.reason ?? null, risk_told: entry.data.risk_told ?? false }));
    case "identify-patient":
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, name: entry.data.name }));
    case "end-patient":
      return withPatient(rows, entry.data.patient_id, (patient) => ({ ...patient, outcome: entry.data.outcome }));
    default:
      return rows;
  }
}

function withUnit(rows: CrewRows, change: (unit: Unit) => Unit): CrewRows {
  return rows.unit === null ? rows : { ...rows, unit: change(rows.unit) };
}

function withPatient(rows: CrewRows, id: string, change: (patient: Patient) => Patient): CrewRows {
  return { ...rows, patients: rows.patients.map((patient) => (patient.id === id ? change(patient) : patient)) };
}

/** A step moves the unit forward and registers its minute; a late one registers only. */
function withStep(rows: CrewRows, status: Unit["status"], at: string): CrewRows {
  const { unit, assignment } = rows;
  if (unit === null) return rows;
  const moved = isLate(unit.status, status) ? rows : { ...rows, unit: { ...unit, status, status_since: at } };
  const point = STEP_POINT[status];
  if (assignment === null || point === undefined || assignment.points[point] !== undefined) return moved;
  return { ...moved, assignment: { ...assignment, points: { ...assignment.points, [point]: deviceMinute(at) } } };
}

function deviceMinute(at: string): Point {
  return { at, recorded_at: at, clock: "device", uncertainty_s: 0, by: "", entered_for: null, corrections: 0, reason: null, delay_reason: null };
}

function withVitals(known: VitalsEntry | null, values: Readonly<Record<string, number>>, at: string): VitalsEntry {
  return { at, values: { ...known?.values, ...values } };
}

const isGroup = (value: Finding | undefined): value is Findings => typeof value === "object" && !Array.isArray(value);

/** Groups merge item by item, everything else is replaced: as `merged_findings` in `dispatch/state/incident.py`. */
export function merged(known: Findings, learned: Findings): Findings {
  const both: Record<string, Finding> = { ...known };
  for (const [name, value] of Object.entries(learned)) {
    const before = known[name];
    both[name] = name !== "age" && isGroup(value) && isGroup(before) ? merged(before, value) : value;
  }
  return both;
}
