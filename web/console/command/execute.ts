/** Do what a read line asks: the same actions as mouse and keys, on the selected incident where none is named. */
import type { CallPhase, Incident, Patient, Service, Unit } from "@shared/rows.ts";
import type { Outcome, Priority, UnitStatus } from "@shared/words.ts";
import type { ReviewFound } from "@shared/commands.ts";
import { signOut } from "@shared/session.ts";
import type { Request } from "../logic/command_line.ts";
import type { VerbName } from "../logic/verbs.ts";
import { EVERYTHING } from "../logic/unit_filter.ts";
import { inOrder } from "../roads/measures.ts";
import type { Desk } from "../store/desk.ts";
import { patientOf } from "../store/patient.ts";
import { RECORDING } from "./recording.ts";
import { searchPlaces } from "../store/places.ts";
import { lang, listed } from "../texts.ts";

type Doing = (desk: Desk, values: Readonly<Record<string, string>>, request: Request) => void | Promise<unknown>;

export function execute(desk: Desk, request: Request): void {
  void DOINGS[request.verb](desk, request.values, request);
}

const tables = (desk: Desk): Desk["link"]["tables"] => desk.link.tables;

/** Do something with the named or selected incident, or say that one is missing. */
function withIncident(desk: Desk, id: string | undefined, act: (incident: Incident) => unknown): void {
  const incident = tables(desk).incidents.value.get(id ?? desk.selection.incidentId.value ?? "");
  if (incident === undefined) desk.actions.problem("console.command.problem.no_incident");
  else void act(incident);
}

function withPatient(desk: Desk, act: (patient: Patient) => unknown): void {
  withIncident(desk, undefined, (incident) => {
    const patient = patientOf(desk, incident);
    if (patient === null) desk.actions.problem("console.command.problem.no_patient");
    else void act(patient);
  });
}

function withUnit(desk: Desk, id: string | undefined, act: (unit: Unit) => unknown): void {
  const unit = tables(desk).units.value.get(id ?? "");
  if (unit !== undefined) void act(unit);
}

/** The named call; else the one this seat is talking on, else the oldest that rings. */
function withCall(desk: Desk, id: string | undefined, phase: CallPhase, act: (call: Desk["queue"]["value"]["calls"][number]) => unknown): void {
  const call = id === undefined ? desk.queue.value.calls.find((each) => each.phase === phase) : tables(desk).calls.value.get(id);
  if (call === undefined) desk.actions.problem("console.command.problem.no_call");
  else void act(call);
}

function dispatch(desk: Desk, values: Readonly<Record<string, string>>): void {
  withIncident(desk, values["incident"], (incident) => {
    // A second team is asked for by name: the ranking is folded away once somebody is on the way, and D twice is a slip.
    const sent = incident.assignment_ids.flatMap((id) => tables(desk).assignments.value.get(id) ?? []).filter(({ outcome }) => outcome === null);
    if (values["unit"] === undefined && sent.length > 0) {
      const units = listed(sent.map(({ unit_id }) => tables(desk).units.value.get(unit_id)?.call_sign ?? unit_id));
      return desk.actions.problem("console.command.problem.already_sent", { incident: incident.number, units });
    }
    const advice = desk.advisor.current.value;
    const shown = advice.state === "ready" && advice.incidentId === incident.id ? advice.advice.units : [];
    const named = tables(desk).units.value.get(values["unit"] ?? "");
    const option = named === undefined ? shown.find(({ assignable }) => assignable) : shown.find(({ unit_id }) => unit_id === named.id);
    if (option !== undefined) return desk.actions.assign(incident, { id: option.unit_id, call_sign: option.call_sign, status: option.status }, values["reason"]);
    if (named !== undefined) return desk.actions.assign(incident, named, values["reason"]);
    return desk.actions.problem(incident.place === null ? "console.advice.waiting_place" : "console.command.problem.no_unit");
  });
}

function endRun(desk: Desk, values: Readonly<Record<string, string>>): void {
  withUnit(desk, values["unit"], (unit) => {
    const run = tables(desk).assignments.value.get(unit.assignment_id ?? "");
    if (run === undefined) return desk.actions.problem("console.command.problem.no_run", { name: unit.call_sign });
    return desk.actions.endRun(run, unit, { outcome: values["outcome"] as Outcome, reason: values["reason"] });
  });
}

/** Find a place: what is called exactly so is taken, anything else is offered in the incident's own list. Without an incident the map just looks there. */
async function locate(desk: Desk, words: string): Promise<void> {
  const incident = tables(desk).incidents.value.get(desk.selection.incidentId.value ?? "");
  const hits = await searchPlaces(words, incident?.place ?? null);
  if (hits === "offline") return desk.actions.problem("console.place.offline");
  const exact = hits.filter(({ name }) => name === words);
  const first = exact[0] ?? hits[0];
  if (first === undefined) return desk.actions.problem("console.place.no_hit", { words });
  desk.selection.flyTo.value = { lon: first.lon, lat: first.lat };
  if (incident === undefined) return;
  if (exact.length !== 1 || first.also.length > 0) desk.selection.search.value = words; // several of the name: a person chooses
  else await desk.actions.locate(incident, { lon: first.lon, lat: first.lat, radius_m: 50, datum: "wgs84", source: "gazetteer" }, first.name);
}

function show(desk: Desk, id: string): void {
  const { incidents, units, centers } = tables(desk);
  const center = centers.value.get(id);
  if (incidents.value.has(id)) desk.selection.showIncident(id);
  else if (units.value.has(id)) {
    desk.selection.showUnit(id);
    const fix = desk.positions.fixes.value.get(id);
    if (fix !== undefined) desk.selection.flyTo.value = { lon: fix.lon, lat: fix.lat };
  } else if (center !== undefined) desk.selection.flyTo.value = { lon: center.lon, lat: center.lat };
}

const prioritise = (priority: Priority): Doing => (desk, values) => withIncident(desk, undefined, (incident) => desk.actions.setPriority(incident, priority, values["reason"]));

const DOINGS: Readonly<Record<VerbName, Doing>> = {
  N: (desk, values) => desk.actions.newCall(values),
  CLAIM: (desk, values) => withCall(desk, values["call"], "ringing", (call) => desk.telephone.claim(call)),
  A: (desk, values) => withCall(desk, values["call"], "ringing", (call) => desk.actions.answer(call)),
  LINK: (desk, values) => withIncident(desk, values["incident"], (incident) => withCall(desk, undefined, "talking", (call) => desk.actions.linkCall(call, incident))),
  HANG: (desk, values) => withCall(desk, values["call"], "talking", (call) => desk.actions.hangUp(call)),
  WAIT: (desk, values) => withCall(desk, values["call"], "talking", (call) => desk.telephone.hold(call)),
  TALK: (desk, values) => withCall(desk, values["call"], "held", (call) => desk.telephone.retrieve(call)),
  WRAP: (desk, values) => withCall(desk, values["call"], "wrap_up", (call) => desk.telephone.wrapUp(call)),
  XFER: (desk, values) => withCall(desk, undefined, "talking", (call) => desk.telephone.transfer(call, values["seat"] ?? "")),
  SAY: (desk, values) => withCall(desk, undefined, "talking", (call) => desk.telephone.takeWords(call, { words: values["words"] ?? "" })),
  CC: (desk, values) => withCall(desk, undefined, "talking", (call) => desk.telephone.takeWords(call, { complaint: values["complaint"] ?? "" })),
  BACK: (desk, values) => {
    const call = desk.telephone.callBacks.value.find(({ incident_id }) => incident_id === desk.selection.incidentId.value) ?? desk.telephone.callBacks.value[0];
    if (call === undefined) return desk.actions.problem("console.command.problem.no_call");
    return desk.telephone.rungBack(call, values["back"] as "no_need");
  },
  MARK: (desk, values) => withCall(desk, undefined, "talking", (call) => desk.telephone.mark(call, values["mark"] as "prank", values["reason"] ?? "")),
  UNMARK: (desk, values) => {
    const mark = desk.telephone.markInHand();
    if (mark === null) return desk.actions.problem("mark.unknown");
    return desk.telephone.unmark(mark, values["reason"] ?? "");
  },
  TAKE: (desk) => withIncident(desk, undefined, (incident) => desk.telephone.takeIncident(incident)),
  HAND: (desk, values) => desk.telephone.handOver(values["seat"] ?? ""),
  GRP: (desk, values) => desk.telephone.sitAt(values["group"] ?? ""),
  REC: (desk, values) => withIncident(desk, undefined, (incident) => desk.telephone.takeRecord(incident, values["reason"] ?? "")),
  L: (desk, values) => locate(desk, values["text"] ?? ""),
  NET: (desk, values) => withIncident(desk, undefined, () => {
    if (desk.city.value?.online_places == null) return desk.actions.problem("console.place.online.none");
    desk.selection.searchOnline.value = true;
    desk.selection.search.value = values["text"] ?? "";
  }),
  SRC: (desk, values) => withIncident(desk, undefined, (incident) => {
    const [position, nth] = (values["source"] ?? "").split("/");
    return desk.actions.chooseSource(incident, position ?? "", Number(nth));
  }),
  D: dispatch,
  DIV: (desk, values) => withIncident(desk, undefined, (incident) => withUnit(desk, values["unit"], (unit) => desk.actions.divert(incident, unit, values["reason"] ?? ""))),
  PA: (desk, values) => withIncident(desk, undefined, (incident) => {
    const advice = desk.advisor.current.value;
    const first = advice.state === "ready" && advice.incidentId === incident.id ? advice.advice.units.find(({ assignable }) => assignable) : undefined;
    const unit = tables(desk).units.value.get(values["unit"] ?? first?.unit_id ?? "");
    if (unit === undefined) desk.actions.problem("console.command.problem.no_unit");
    else void desk.actions.prealert(incident, unit);
  }),
  SD: (desk, values) => withUnit(desk, values["unit"], (unit) => desk.actions.standDown(unit)),
  REV: (desk, values) => withIncident(desk, undefined, (incident) => desk.actions.review(incident, values["found"] as ReviewFound, (values["priority"] as Priority | undefined) ?? null, values["note"] ?? "")),
  TELL: (desk, values) => withIncident(desk, undefined, (incident) => desk.actions.tellService(incident, values["service"] as Service)),
  SAFE: (desk, values) => withIncident(desk, undefined, (incident) => desk.actions.clearScene(incident, values["by"] ?? "")),
  ST: (desk, values) => withUnit(desk, values["unit"], (unit) => desk.actions.enterStep(unit, values["status"] as UnitStatus)),
  END: endRun,
  F: (desk, _, { findings }) => withPatient(desk, (patient) => desk.actions.recordFindings(patient, findings)),
  P1: prioritise("P1"),
  P2: prioritise("P2"),
  P3: prioritise("P3"),
  P4: prioritise("P4"),
  PT: (desk, values) => withIncident(desk, undefined, (incident) => {
    if (values["patient"] === undefined) void desk.actions.addPatient(incident);
    else desk.selection.patientId.value = values["patient"];
  }),
  GO: (desk, values) => withPatient(desk, (patient) => {
    const center = tables(desk).centers.value.get(values["center"] ?? "");
    return center && desk.actions.chooseCenter(patient, center, { chosen_by: "crew_doctor", reason: values["reason"], risk_told: false });
  }),
  PRE: (desk, values) => withPatient(desk, (patient) => {
    const center = tables(desk).centers.value.get(values["center"] ?? "");
    return center && desk.actions.preAlert(patient, center);
  }),
  UNDO: (desk, values) => withPatient(desk, (patient) => {
    if (patient.activation_id === null) return desk.actions.problem("console.command.problem.no_activation");
    return desk.actions.cancelActivation(patient.activation_id, values["reason"] ?? "");
  }),
  ...RECORDING,
  NOTE: (desk, values) => withIncident(desk, undefined, (incident) => desk.actions.note(incident, values["text"] ?? "")),
  HOLD: (desk, values) => withIncident(desk, undefined, (incident) => desk.actions.hold(incident, values["reason"] ?? "")),
  RESUME: (desk) => withIncident(desk, undefined, (incident) => desk.actions.resume(incident)),
  CLOSE: (desk, values) => withIncident(desk, undefined, (incident) => desk.actions.closeIncident(incident, values["outcome"] as Outcome, values["reason"])),
  REOPEN: (desk, values) => withIncident(desk, undefined, (incident) => desk.actions.reopen(incident, values["reason"] ?? "")),
  T: (desk, values) => {
    const task = desk.queue.value.tasks.find(({ id }) => id === values["task"]);
    return task && desk.actions.finishTask(task, values["note"]);
  },
  ROAD: (desk, values) => {
    desk.roads.open.value = true;
    desk.selection.zone.value = "map";
    const mode = values["drawing"];
    if (mode === "outline" || mode === "picks") desk.roads.begin(mode);
  },
  LIFT: (desk, values) => {
    const standing = inOrder(tables(desk).measures.value.values());
    const place = standing.findIndex(({ id }) => id === values["measure"]);
    const measure = standing[place];
    return measure && desk.actions.liftMeasure(measure, place + 1, values["note"]);
  },
  OOS: (desk, values) => withUnit(desk, values["unit"], (unit) => desk.actions.takeOut(unit, values["reason"] ?? "")),
  ON: (desk, values) => withUnit(desk, values["unit"], (unit) => desk.actions.onDuty(unit)),
  OFF: (desk, values) => withUnit(desk, values["unit"], (unit) => desk.actions.offDuty(unit)),
  S: (desk, values) => show(desk, values["text"] ?? ""),
  U: (desk, values) => {
    desk.selection.filter.value = { ...EVERYTHING, words: values["text"] ?? "" };
  },
  LANG: (_, values) => {
    lang.value = values["language"] === "en" ? "en" : "zh";
  },
  OUT: () => signOut(),
  "?": (desk) => {
    desk.selection.help.value = true;
  },
};
