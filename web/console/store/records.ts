/** What a seat enters for others or afterwards: minutes, what a centre says about itself, its holds, the handoff. Each is marked with whose step it was. */
import { send, type Answer, type Commands, type SendOptions, type Slug } from "@shared/commands.ts";
import { hhmm, hhmmss, momentNear } from "@shared/format.ts";
import type { Activation, Center, CenterStatus, Incident, Patient, Reservation, Unit } from "@shared/rows.ts";
import type { Both, Iso } from "@shared/words.ts";
import { isOwnOrder, type OrderAnswer } from "@shared/direct/model.ts";
import type { Order } from "@shared/direct/rows.ts";
import type { Summons, SummonsAnswer } from "@shared/team.ts";
import { sayingOf, type Saying } from "../logic/records.ts";
import { bothOf, type Key } from "../texts.ts";
import type { Desk } from "./desk.ts";

export interface Minute {
  readonly point: string;
  /** The registered moment, null while there is none. */
  readonly at: Iso | null;
}

export interface MinuteTyped {
  readonly time: string;
  readonly reason: string;
  readonly delay: string;
}

type Words = Readonly<Record<string, string | Both>>;

export class Records {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** Register or correct a minute; false when nothing was sent because the time is none. */
  minute(patient: Patient, incident: Incident, { point, at }: Minute, typed: MinuteTyped): boolean {
    const same = at !== null && typed.time.trim() === hhmmss(at);
    const happened_at = same ? at : momentNear(typed.time, Date.parse(at ?? incident.opened_at), this.#desk.link.serverNow());
    if (happened_at === null) {
      this.#desk.actions.problem("record.bad_time", { time: typed.time });
      return false;
    }
    const delay_reason = typed.delay.trim() === "" ? null : typed.delay.trim();
    const params = { point: bothOf(`timepoint.${point}` as Key), time: hhmmss(happened_at) };
    const named = { patient_id: patient.id, point, happened_at, delay_reason };
    if (at === null) void this.#ask("register-time-point", named, "record.done.entered", params);
    else void this.#ask("correct-time-point", { ...named, reason: typed.reason.trim() || bothOf("record.only_delay").zh }, "record.done.corrected", params);
    return true;
  }

  /** Enter what a centre says by telephone, valid for some minutes. */
  centerSays(center: Center, saying: Saying, minutes: number, reason: string): Promise<Answer> {
    const expires_at = new Date(this.#desk.link.serverNow() + minutes * 60_000).toISOString();
    const params = { center: center.name, what: sayingWords(saying), time: hhmm(expires_at) };
    return this.#ask("report-center-status", { center_id: center.id, ...saying, expires_at, reason }, "record.done.center", params, byPhone(center));
  }

  lift(center: Center, status: CenterStatus): Promise<Answer> {
    const data = { center_id: center.id, topic: status.topic, state: "open", expires_at: status.expires_at };
    return this.#ask("report-center-status", data, "record.done.center_lifted", { center: center.name, what: sayingWords(sayingOf(status)) }, byPhone(center));
  }

  reserve(activation: Activation, resource: string): Promise<Answer> {
    return this.#ask("reserve-resource", { activation_id: activation.id, resource }, "record.done.reserved", { resource: resourceWord(resource) }, this.#ofCenter(activation));
  }

  ready(activation: Activation, { resource }: Pick<Reservation, "resource">): Promise<Answer> {
    return this.#ask("report-resource-ready", { activation_id: activation.id, resource }, "record.done.resource_ready", { resource: resourceWord(resource) }, this.#ofCenter(activation));
  }

  release(activation: Activation, hold: Pick<Reservation, "id" | "resource">): Promise<Answer> {
    return this.#ask("release-resource", { reservation_id: hold.id }, "record.done.released", { resource: resourceWord(hold.resource) }, this.#ofCenter(activation));
  }

  answerSummons(activation: Activation, summons: Summons, answer: SummonsAnswer, reason: string | null): Promise<Answer> {
    const data = { activation_id: activation.id, summons_id: summons.id, answer, reason };
    return this.#ask("answer-summons", data, "console.team.done", { role: bothOf(`team_role.${summons.role}` as Key) }, this.#ofCenter(activation));
  }

  teamReady(activation: Activation): Promise<Answer> {
    return this.#ask("report-team-ready", { activation_id: activation.id }, "record.done.team_ready", {}, this.#ofCenter(activation));
  }

  handOver(patient: Patient, handoff: { readonly where: string; readonly taken_by: string; readonly signed: boolean }): Promise<Answer> {
    const taken_by = handoff.taken_by.trim() === "" ? null : handoff.taken_by.trim();
    const unit = this.#unitOf(patient);
    const giver = unit === undefined ? {} : { entered_for: bothOf("console.entered_for.doctor", { name: unit.call_sign }).zh };
    const data = { patient_id: patient.id, where: handoff.where, taken_by, signed: handoff.signed };
    return this.#ask("complete-handoff", data, "record.done.handoff", { patient: patient.code, where: bothOf(`place.${handoff.where}` as Key) }, giver);
  }

  toTeam(patient: Patient, text: string): Promise<Answer> {
    return this.#ask("write-to-team", { patient_id: patient.id, text }, "record.done.to_team", { patient: patient.code });
  }

  /** Enter an order that a physician gives by telephone, of the waiting hospital if there is one. */
  order(patient: Patient, code: string, dose: string | null, note: string | null, physician: string): Promise<Answer> {
    const center = this.#desk.link.tables.centers.peek().get(patient.center_id ?? "");
    const who = [center?.name ?? "", physician].filter((part) => part !== "").join(" ");
    const params = { order: bothOf(`${isOwnOrder(code) ? "order.code" : "given"}.${code}` as Key), patient: patient.code, who };
    return this.#ask("give-order", { patient_id: patient.id, code, dose, note }, "record.done.order", params, byPhone({ name: who }));
  }

  withdrawOrder(patient: Patient, order: Order): Promise<Answer> {
    return this.#ask("withdraw-order", { patient_id: patient.id, order_id: order.id }, "record.done.order_withdrawn", { patient: patient.code }, this.#ofCenter(patient));
  }

  /** Enter what the crew says to an order over the radio. */
  answerOrder(patient: Patient, order: Order, said: OrderAnswer): Promise<Answer> {
    const unit = this.#unitOf(patient);
    const options = unit === undefined ? {} : { entered_for: bothOf("console.entered_for.crew", { name: unit.call_sign }).zh };
    return this.#ask("answer-order", { patient_id: patient.id, order_id: order.id, ...said }, "record.done.order_answered", { patient: patient.code }, options);
  }

  /** Enter a department's own step from its telephone call. */
  byPhoneOf<S extends Slug>(center: Pick<Center, "name">, slug: S, data: Commands[S]): Promise<Answer> {
    return this.#ask(slug, data, "record.done.center_step", { center: center.name }, byPhone(center));
  }

  #unitOf(patient: Patient): Unit | undefined {
    const run = this.#desk.link.tables.assignments.peek().get(patient.assignment_id ?? "");
    return this.#desk.link.tables.units.peek().get(run?.unit_id ?? "");
  }

  /** Name whose step it was: the centre that the patient goes to, or the activation is of. */
  #ofCenter({ center_id }: Pick<Activation | Patient, "center_id">): SendOptions {
    const center = this.#desk.link.tables.centers.peek().get(center_id ?? "");
    return center === undefined ? {} : byPhone(center);
  }

  async #ask<S extends Slug>(slug: S, data: Commands[S], done: Key, params: Words, options: SendOptions = {}): Promise<Answer> {
    const answer = await send(slug, data, options);
    this.#desk.feed.say(answer.ok ? "done" : "refused", answer.ok ? bothOf(done, params) : answer.refusal.text);
    return answer;
  }
}

function byPhone(center: Pick<Center, "name">): SendOptions {
  return { entered_for: bothOf("console.entered_for.center", { name: center.name }).zh };
}

export function resourceWord(resource: string): Both {
  return bothOf(`resource.${resource}` as Key);
}

/** "满负荷提示", "导管室占用": what was said, in both languages. */
export function sayingWords({ topic, state }: Saying): Both {
  if (topic === "full" || topic === "diversion" || topic === "no_bed") return bothOf(`center_status.${topic}`);
  return bothOf(state === "closed" ? "record.center.down" : "record.center.busy", { resource: resourceWord(topic) });
}
