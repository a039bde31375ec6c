/** The verbs that enter something for others or afterwards: hospital status, holds, handoff, minutes, orders and lines. */
import type { Activation, Incident, Patient } from "@shared/rows.ts";
import { standing, VALID_MIN } from "../logic/records.ts";
import type { VerbName } from "../logic/verbs.ts";
import type { Desk } from "../store/desk.ts";
import { patientOf } from "../store/patient.ts";
import { resourceWord } from "../store/records.ts";

type Values = Readonly<Record<string, string>>;
type Doing = (desk: Desk, values: Values) => void | Promise<unknown>;
type RecordingVerb = Extract<VerbName, "HS" | "RES" | "RDY" | "REL" | "HO" | "REG" | "ORD" | "MSG">;

export const RECORDING: Readonly<Record<RecordingVerb, Doing>> = {
  HS: centerSays,
  RES: (desk, values) => withActivation(desk, (activation) => desk.records.reserve(activation, values["resource"] ?? "")),
  RDY: (desk, values) => withActivation(desk, (activation) => desk.records.ready(activation, { resource: values["resource"] ?? "" })),
  REL: (desk, values) => withActivation(desk, (activation) => release(desk, activation, values["resource"] ?? "")),
  HO: (desk, values) => withPatient(desk, (patient) => desk.records.handOver(patient, { where: values["where"] ?? "", taken_by: values["taken_by"] ?? "", signed: false })),
  REG: (desk, values) => withPatient(desk, (patient, incident) => register(desk, patient, incident, values)),
  ORD: (desk, values) => withPatient(desk, (patient) => order(desk, patient, values["order"] ?? "", values["dose"] ?? null)),
  MSG: (desk, values) => withPatient(desk, (patient) => desk.records.toTeam(patient, values["text"] ?? "")),
};

function withPatient(desk: Desk, act: (patient: Patient, incident: Incident) => unknown): void {
  const incident = desk.link.tables.incidents.value.get(desk.selection.incidentId.value ?? "");
  if (incident === undefined) return desk.actions.problem("console.command.problem.no_incident");
  const patient = patientOf(desk, incident);
  if (patient === null) return desk.actions.problem("console.command.problem.no_patient");
  void act(patient, incident);
}

function withActivation(desk: Desk, act: (activation: Activation) => unknown): void {
  withPatient(desk, (patient) => {
    const activation = desk.link.tables.activations.value.get(patient.activation_id ?? "");
    if (activation === undefined) desk.actions.problem("console.command.problem.no_activation");
    else void act(activation);
  });
}

/** Enter one status for the usual time, or lift whatever stands. */
function centerSays(desk: Desk, values: Values): void {
  const center = desk.link.tables.centers.value.get(values["center"] ?? "");
  if (center === undefined) return;
  if (values["say"] !== "open") {
    const [topic = "", state = ""] = (values["say"] ?? "").split("/");
    void desk.records.centerSays(center, { topic, state }, VALID_MIN[0], values["reason"] ?? "");
    return;
  }
  const stands = standing(center, desk.now.value);
  if (stands.length === 0) desk.actions.problem("record.center.nothing_stands", { center: center.name });
  for (const status of stands) void desk.records.lift(center, status);
}

function release(desk: Desk, activation: Activation, resource: string): unknown {
  const hold = activation.reservations.find((each) => each.resource === resource && each.ended === null);
  if (hold === undefined) return desk.actions.problem("record.hold.none", { resource: resourceWord(resource) });
  return desk.records.release(activation, hold);
}

/** `300mg @张主任`: the dose, then who orders; what stands in no list is words. */
function order(desk: Desk, patient: Patient, code: string, words: string | null): unknown {
  const [said = "", physician = ""] = (words ?? "").split("@", 2).map((part) => part.trim());
  if (physician === "") return desk.actions.problem("record.order.who");
  return code === "other" ? desk.records.order(patient, code, null, said, physician) : desk.records.order(patient, code, said || null, null, physician);
}

/** `14:05 记录有误`: the time, then why; a minute that was registered takes a correction, which needs the reason. */
function register(desk: Desk, patient: Patient, incident: Incident, values: Values): void {
  const [time = "", ...reason] = (values["minute"] ?? "").split(" ");
  const point = values["point"] ?? "";
  const runs = incident.assignment_ids.map((id) => desk.link.tables.assignments.value.get(id)?.points[point]);
  const known = patient.points[point] ?? runs.findLast((each) => each !== undefined) ?? incident.points[point];
  if (known !== undefined && reason.length === 0) return desk.actions.problem("record.bad_minute");
  desk.records.minute(patient, incident, { point, at: known?.at ?? null }, { time, reason: reason.join(" "), delay: known?.delay_reason ?? "" });
}
