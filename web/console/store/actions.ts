/** Everything an operator can do, as one call each: ask the desk, say the result. Mouse, keys and command line all come through here. */
import { send, type Answer, type Commands, type PlaceIn, type ReviewFound, type SendOptions, type Slug } from "@shared/commands.ts";
import type { Assignment, Call, Center, Findings, Incident, Patient, RoadMeasure, Service, Task, Unit } from "@shared/rows.ts";
import type { Both, Outcome, Priority, UnitStatus } from "@shared/words.ts";
import { bothOf, type Key } from "../texts.ts";
import type { LonLat, Mode } from "../roads/draft.ts";
import type { Desk } from "./desk.ts";
import { NEEDED_CREW } from "../logic/unit_filter.ts";

export interface Ending {
  readonly outcome: Outcome;
  readonly reason?: string | undefined;
  readonly risk_told?: boolean;
  readonly signed?: boolean;
  readonly witness?: string | undefined;
}

export class Actions {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  problem(key: Key, params: Readonly<Record<string, string | Both>> = {}): void {
    this.#desk.feed.say("refused", bothOf(key, params));
  }

  async answer(call: Call): Promise<void> {
    this.#desk.selection.showIncident(call.incident_id);
    const params = { number: call.number ?? "—" };
    await this.#ask("answer-call", { call_id: call.id, seat: this.#desk.session.account }, "console.done.answered", params);
  }

  /** Take a call that did not come through the exchange: report it, answer it, look at it. */
  async newCall(fields: { number?: string; words?: string; complaint?: string }): Promise<void> {
    const received = await this.#ask("receive-call", fields, "console.done.opened");
    if (!received.ok) return;
    const { call_id, incident_id } = received.ids;
    if (incident_id !== undefined) this.#desk.selection.showIncident(incident_id);
    if (call_id !== undefined) await send("answer-call", { call_id, seat: this.#desk.session.account });
  }

  hangUp(call: Call): Promise<Answer> {
    return this.#ask("end-call", { call_id: call.id }, "console.done.hung_up");
  }

  async linkCall(call: Call, incident: Incident): Promise<void> {
    const linked = await this.#ask("link-call", { call_id: call.id, incident_id: incident.id }, "console.done.linked", { incident: incident.number });
    if (linked.ok) this.#desk.selection.showIncident(incident.id);
  }

  locate(incident: Incident, place: PlaceIn, words?: string): Promise<Answer> {
    const data = { incident_id: incident.id, place: { ...place, confirmed: true }, ...(words === undefined ? {} : { words }) };
    return this.#ask("locate", data, "console.done.located", { incident: incident.number });
  }

  /** Say which source is right; of words that can mean several places, which of them. */
  chooseSource(incident: Incident, positionId: string, alternative: number): Promise<Answer> {
    return this.#ask("choose-source", { incident_id: incident.id, position_id: positionId, alternative }, "console.done.chosen");
  }

  noteIndoors(incident: Incident, field: "building" | "floor" | "room" | "access", words: string): Promise<Answer> {
    return this.#ask("note-indoors", { incident_id: incident.id, [field]: words }, "console.done.indoors");
  }

  writeMessage(linkId: string, text: string): Promise<Answer> {
    return this.#ask("write-message", { link_id: linkId, text }, "console.done.written");
  }

  endLink(linkId: string): Promise<Answer> {
    return this.#ask("end-link", { link_id: linkId }, "console.done.link_ended");
  }

  /** Say something that was done, or why it was not, beside the commands. */
  tell(kind: "done" | "refused", text: Both): void {
    this.#desk.feed.say(kind, text);
  }

  /** Send exactly the row that was shown: the desk refuses when its status has changed since. */
  assign(incident: Incident, unit: Pick<Unit, "id" | "call_sign" | "status">, reason?: string): Promise<Answer> {
    const data = { incident_id: incident.id, unit_id: unit.id, seen_status: unit.status, ...(reason === undefined ? {} : { reason }) };
    return this.#ask("assign-unit", data, "console.done.assigned", { unit: unit.call_sign, incident: incident.number });
  }

  divert(incident: Incident, unit: Pick<Unit, "id" | "call_sign">, reason: string): Promise<Answer> {
    const data = { incident_id: incident.id, unit_id: unit.id, reason };
    return this.#ask("divert-unit", data, "console.done.diverted", { unit: unit.call_sign, incident: incident.number });
  }

  /** Let a unit stand by (预派): nothing is sent yet. */
  prealert(incident: Incident, unit: Pick<Unit, "id" | "call_sign">): Promise<Answer> {
    const params = { unit: unit.call_sign, incident: incident.number };
    return this.#ask("prealert-unit", { incident_id: incident.id, unit_id: unit.id }, "console.done.prealerted", params);
  }

  standDown(unit: Pick<Unit, "id" | "call_sign">): Promise<Answer> {
    return this.#ask("stand-down-unit", { unit_id: unit.id }, "console.done.stood_down", { unit: unit.call_sign });
  }

  /** Send another unit for one that does not roll. */
  replace(run: Assignment, silent: Unit, unit: Pick<Unit, "id" | "call_sign">): Promise<Answer> {
    const params = { unit: unit.call_sign, silent: silent.call_sign };
    return this.#ask("replace-unit", { assignment_id: run.id, unit_id: unit.id }, "console.done.replaced", params);
  }

  review(incident: Incident, found: ReviewFound, priority: Priority | null, note: string): Promise<Answer> {
    const data = { incident_id: incident.id, found, priority, ...given({ note }) };
    return this.#ask("review-held", data, "console.done.reviewed", { incident: incident.number });
  }

  tellService(incident: Incident, service: Service): Promise<Answer> {
    return this.#ask("tell-service", { incident_id: incident.id, service, stand_off: service !== "122" }, "console.done.told", { service });
  }

  confirmService(incident: Incident, service: Service): Promise<Answer> {
    return this.#ask("confirm-service", { incident_id: incident.id, service }, "console.done.service_confirmed", { service });
  }

  stage(incident: Incident): Promise<Answer> {
    return this.#ask("stage-units", { incident_id: incident.id }, "console.done.staged");
  }

  clearScene(incident: Incident, by: string): Promise<Answer> {
    return this.#ask("clear-scene", { incident_id: incident.id, by }, "console.done.cleared");
  }

  /** Enter a crew's step from its voice report, marked so. */
  enterStep(unit: Unit, status: UnitStatus): Promise<Answer> {
    const params = { unit: unit.call_sign, status: bothOf(`status.${status}`) };
    return this.#ask("report-status", { unit_id: unit.id, status }, "console.done.status", params, this.#byRadio(unit));
  }

  endRun(run: Assignment, unit: Unit, ending: Ending): Promise<Answer> {
    const data = { assignment_id: run.id, ...given(ending) } as Commands["end-assignment"];
    const params = { unit: unit.call_sign, outcome: bothOf(`outcome.${ending.outcome}`) };
    return this.#ask("end-assignment", data, "console.done.ended", params, this.#byRadio(unit));
  }

  /** Give one patient of several their own outcome. */
  endPatient(patient: Patient, { outcome, risk_told, signed, witness }: Ending): Promise<Answer> {
    const data = { patient_id: patient.id, ...given({ outcome, risk_told, signed, witness }) } as Commands["end-patient"];
    return this.#ask("end-patient", data, "console.done.ended", { unit: patient.code, outcome: bothOf(`outcome.${outcome}`) });
  }

  recordFindings(patient: Patient, findings: Findings): Promise<Answer> {
    this.#desk.telephone.answered(patient.incident_id, findings);
    return this.#ask("record-findings", { patient_id: patient.id, findings }, "console.done.findings");
  }

  /** Register a minute as the caller tells it: now, on the server's clock. */
  registerPoint(patient: Patient, point: string, at: Date): Promise<Answer> {
    const data = { patient_id: patient.id, point, happened_at: at.toISOString() };
    return this.#ask("register-time-point", data, "card.registered", { point: bothOf(`timepoint.${point}` as Key) });
  }

  setPriority(incident: Incident, priority: Priority, reason?: string): Promise<Answer> {
    const data = { incident_id: incident.id, priority, ...(reason === undefined ? {} : { reason }) };
    return this.#ask("set-priority", data, "console.done.priority", { incident: incident.number, priority });
  }

  addPatient(incident: Incident): Promise<Answer> {
    return this.#ask("add-patient", { incident_id: incident.id }, "console.done.patient");
  }

  namePatient(patient: Patient, name: string): Promise<Answer> {
    return this.#ask("identify-patient", { patient_id: patient.id, name }, "console.done.named");
  }

  chooseCenter(patient: Patient, center: Pick<Center, "id" | "name">, choice: { chosen_by: string; reason?: string | undefined; risk_told: boolean }): Promise<Answer> {
    const data = { patient_id: patient.id, center_id: center.id, ...given(choice) } as Commands["choose-destination"];
    const unit = this.#unitOf(patient);
    const spokenFor = choice.chosen_by === "dispatcher" || unit === undefined ? {} : { entered_for: bothOf("console.entered_for.doctor", { name: unit.call_sign }).zh };
    return this.#ask("choose-destination", data, "console.done.destination", { center: center.name }, spokenFor);
  }

  preAlert(patient: Patient, center: Pick<Center, "id" | "name">): Promise<Answer> {
    return this.#ask("pre-alert", { patient_id: patient.id, center_id: center.id }, "console.done.prealert", { center: center.name });
  }

  cancelActivation(activationId: string, reason: string): Promise<Answer> {
    return this.#ask("cancel-activation", { activation_id: activationId, reason }, "console.done.cancelled");
  }

  /** Enter the centre's answer that was given by telephone. */
  acknowledgeFor(activationId: string, center: Pick<Center, "name">): Promise<Answer> {
    const entered_for = bothOf("console.entered_for.center", { name: center.name }).zh;
    return this.#ask("acknowledge-activation", { activation_id: activationId }, "console.done.acknowledged", {}, { entered_for });
  }

  note(incident: Incident, text: string): Promise<Answer> {
    return this.#ask("write-note", { incident_id: incident.id, text }, "console.done.note");
  }

  hold(incident: Incident, reason: string): Promise<Answer> {
    return this.#ask("hold-incident", { incident_id: incident.id, reason }, "console.done.held", { incident: incident.number });
  }

  resume(incident: Incident): Promise<Answer> {
    return this.#ask("resume-incident", { incident_id: incident.id }, "console.done.resumed", { incident: incident.number });
  }

  closeIncident(incident: Incident, outcome: Outcome | null, reason?: string): Promise<Answer> {
    const data = { incident_id: incident.id, outcome, ...(reason === undefined ? {} : { reason }) };
    return this.#ask("close-incident", data, "console.done.closed", { incident: incident.number });
  }

  reopen(incident: Incident, reason: string): Promise<Answer> {
    return this.#ask("reopen-incident", { incident_id: incident.id, reason }, "console.done.reopened", { incident: incident.number });
  }

  finishTask(task: Task, note?: string): Promise<Answer> {
    return this.#ask("finish-task", { task_id: task.id, ...(note === undefined ? {} : { note }) }, "console.done.task");
  }

  /** Close roads (`factor` null) or slow them down. */
  putMeasure(where: { mode: Mode; points: readonly LonLat[] }, factor: number | null, rest: { reason: string; begins: string | null; ends: string | null }): Promise<Answer> {
    const data = { ...rest, datum: "wgs84" as const, [where.mode]: where.points.map(([lon, lat]): [number, number] => [lon, lat]) };
    return factor === null ? this.#ask("close-road", data, "console.done.road_closed") : this.#ask("slow-roads", { ...data, factor }, "console.done.roads_slowed", { factor: String(factor) });
  }

  liftMeasure(measure: RoadMeasure, number: number, reason?: string): Promise<Answer> {
    return this.#ask("lift-road-measure", { measure_id: measure.id, ...(reason === undefined ? {} : { reason }) }, "console.done.measure_lifted", { number: String(number) });
  }

  takeOut(unit: Unit, reason: string): Promise<Answer> {
    return this.#ask("take-out-of-service", { unit_id: unit.id, reason }, "console.done.out_of_service", { unit: unit.call_sign });
  }

  /** Bring a unit back: a crew that is still on board reports available, an empty vehicle is taken by a whole crew. */
  onDuty(unit: Unit): Promise<Answer> {
    if (unit.crew.length > 0) return this.enterStep(unit, "available");
    return this.#ask("sign-on", { unit_id: unit.id, crew: NEEDED_CREW }, "console.done.on_duty", { unit: unit.call_sign }, this.#byRadio(unit));
  }

  offDuty(unit: Unit): Promise<Answer> {
    return this.#ask("sign-off", { unit_id: unit.id }, "console.done.off_duty", { unit: unit.call_sign }, this.#byRadio(unit));
  }

  #unitOf(patient: Patient): Unit | undefined {
    const { incidents, assignments, units } = this.#desk.link.tables;
    const runs = incidents.peek().get(patient.incident_id)?.assignment_ids ?? [];
    const active = runs.map((id) => assignments.peek().get(id)).find((run) => run !== undefined && run.outcome === null);
    return active === undefined ? undefined : units.peek().get(active.unit_id);
  }

  #byRadio(unit: Pick<Unit, "call_sign">): SendOptions {
    return { entered_for: bothOf("console.entered_for.crew", { name: unit.call_sign }).zh };
  }

  async #ask<S extends Slug>(slug: S, data: Commands[S], done: Key, params: Readonly<Record<string, string | Both>> = {}, options: SendOptions = {}): Promise<Answer> {
    const answer = await send(slug, data, options);
    if (answer.ok) this.#desk.feed.say("done", bothOf(done, params));
    else this.#desk.feed.say("refused", answer.refusal.text);
    return answer;
  }
}

/** Leave out what was not given: the desk tells "not given" from "empty". */
function given<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== "")) as Partial<T>;
}
