/** What a seat does on the telephone: sit down, take and give calls, ring back, mark numbers, hand the desk over. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { api, HttpRefused } from "@shared/api.ts";
import { refusalFrom, send, type Answer, type Commands, type Slug } from "@shared/commands.ts";
import type { Call, Finding, Findings, Incident, NumberMark } from "@shared/rows.ts";
import type { Both, Text } from "@shared/words.ts";
import { markOf, owedCallBacks, type Targets } from "../logic/telephone.ts";
import { bothOf, type Key } from "../texts.ts";
import type { Desk } from "./desk.ts";

/** An open incident that this one may repeat, as `/api/incidents/{id}/same-events` proposes it. */
export interface SameEvent {
  readonly incident_id: string;
  readonly number: string;
  readonly score: number;
  readonly callers: number;
  readonly distance_m: number | null;
  readonly reasons: readonly Text[];
}

const MARKED_FOR_MS = 30 * 24 * 3_600_000;
const ON_MY_LINE: ReadonlySet<string> = new Set(["talking", "held", "wrap_up"]);

export class Telephone {
  readonly targets: ReadonlySignal<Targets | null>;
  readonly callBacks: ReadonlySignal<readonly Call[]>;
  /** The proposal that stands first on the screen, and the call it is about: what F7 links is what is shown. */
  readonly proposed = signal<{ readonly call: Call; readonly target: SameEvent } | null>(null);
  readonly #desk: Desk;
  readonly #asked = new Set<string>();
  readonly #stop: () => void;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.targets = askTargets();
    this.callBacks = computed(() => owedCallBacks(desk.link.tables.calls.value.values()));
    this.#stop = this.#sitDown();
  }

  get seat(): string {
    return this.#desk.session.account;
  }

  close(): void {
    this.#stop();
  }

  /** Say that this seat takes a ringing call: nobody else reaches for it, and its clock goes on until it is answered. */
  async claim(call: Call): Promise<Answer> {
    const claimed = await this.#ask("claim-call", { call_id: call.id, seat: this.seat }, "console.done.claimed", { number: call.number ?? "—" });
    if (claimed.ok) this.#desk.selection.showIncident(call.incident_id);
    return claimed;
  }

  /** Sit in another group of seats: the neighbours', which rings when nobody answers the others. */
  sitAt(group: string): Promise<Answer> | void {
    const { role } = this.#desk.session;
    if (role !== "call_taker" && role !== "dispatcher" && role !== "supervisor") return;
    return this.#ask("open-seat", { seat_id: this.seat, kind: role, group }, "console.done.group", { group });
  }

  /** The mark of the caller in hand: the one this seat talks to, else the selected incident's newest. */
  markInHand(): NumberMark | null {
    const { calls, incidents, marks } = this.#desk.link.tables;
    const mine = [...calls.value.values()].filter((call) => call.seat === this.seat && ON_MY_LINE.has(call.phase));
    const selected = incidents.value.get(this.#desk.selection.incidentId.value ?? "")?.call_ids.flatMap((id) => calls.value.get(id) ?? []) ?? [];
    const marked = [...mine, ...selected.toReversed()].map((call) => markOf(call, marks.value.values(), this.#desk.link.serverNow()));
    return marked.find((mark) => mark !== null) ?? null;
  }

  unmark(mark: NumberMark, reason: string): Promise<Answer> {
    return this.#ask("lift-mark", { mark_id: mark.id, reason }, "console.done.unmarked", { number: mark.number });
  }

  hold = (call: Call): Promise<Answer> => this.#ask("hold-call", { call_id: call.id }, "console.done.call_held");
  retrieve = (call: Call): Promise<Answer> => this.#ask("retrieve-call", { call_id: call.id }, "console.done.call_retrieved");
  wrapUp = (call: Call): Promise<Answer> => this.#ask("wrap-up-call", { call_id: call.id }, "console.done.wrapped_up");
  transfer = (call: Call, seat: string): Promise<Answer> => this.#ask("transfer-call", { call_id: call.id, seat }, "console.done.transferred", { seat });

  takeWords(call: Call, said: { words?: string; complaint?: string }): Promise<Answer> {
    return this.#ask("take-words", { call_id: call.id, ...said }, "console.done.words");
  }

  rungBack(call: Call, outcome: Commands["record-call-back"]["outcome"]): Promise<Answer> {
    return this.#ask("record-call-back", { call_id: call.id, outcome }, "console.done.rung_back", { outcome: bothOf(`console.back.${outcome}`) });
  }

  mark(call: Call, kind: Commands["mark-number"]["kind"], reason: string): Promise<Answer> | void {
    if (call.number === null) return this.#desk.actions.problem("mark.no_number");
    const expires_at = new Date(this.#desk.link.serverNow() + MARKED_FOR_MS).toISOString();
    return this.#ask("mark-number", { number: call.number, kind, reason, expires_at }, "console.done.marked", { number: call.number });
  }

  handOver(to: string): Promise<Answer> {
    return this.#ask("hand-over-desk", { seat_id: this.seat, to_seat_id: to }, "console.done.handed_over", { seat: to });
  }

  takeIncident(incident: Incident): Promise<Answer> {
    return this.#ask("take-incident", { incident_id: incident.id, seat: this.seat }, "console.done.taken", { incident: incident.number });
  }

  /** Take an incident's whole record out; the server writes down who did and what for before it answers. */
  async takeRecord(incident: Incident, purpose: string): Promise<void> {
    try {
      const record = await api<unknown>(`/api/incidents/${incident.id}/record`, { method: "POST", body: { purpose, form: "json" } });
      save(`${incident.number}.json`, JSON.stringify(record, null, 1));
      this.#desk.feed.say("done", bothOf("console.done.record", { incident: incident.number }));
    } catch (error) {
      if (!(error instanceof HttpRefused)) throw error;
      this.#desk.feed.say("refused", refusalFrom(error.status, error.body).text);
    }
  }

  /** Keep that a question stood before this seat while it talked to a caller of this incident; once for each call. */
  asked(incident: Incident, question: string): void {
    const call = this.#myCall(incident);
    if (call === undefined || this.#asked.has(`${call.id}/${question}`)) return;
    this.#asked.add(`${call.id}/${question}`);
    void send("record-step", { call_id: call.id, question });
  }

  /** Keep what the caller answered, beside the findings that follow from it. */
  answered(incidentId: string, findings: Findings): void {
    const incident = this.#desk.link.tables.incidents.peek().get(incidentId);
    const call = incident === undefined ? undefined : this.#myCall(incident);
    if (call === undefined) return;
    for (const [question, answer] of leaves(findings)) void send("record-step", { call_id: call.id, question, answer });
  }

  #myCall(incident: Incident): Call | undefined {
    const calls = this.#desk.link.tables.calls.peek();
    return incident.call_ids.flatMap((id) => calls.get(id) ?? []).find((call) => call.seat === this.seat && ON_MY_LINE.has(call.phase));
  }

  /** Sit down as soon as the tables are there; the seat has the name of its account. */
  #sitDown(): () => void {
    const { link, session } = this.#desk;
    const kind = session.role;
    let tried = false;
    return effect(() => {
      if (!link.ready.value || tried) return;
      tried = true;
      if (kind !== "call_taker" && kind !== "dispatcher" && kind !== "supervisor") return;
      if (link.tables.seats.peek().get(this.seat)?.account !== session.account) void send("open-seat", { seat_id: this.seat, kind });
    });
  }

  async #ask<S extends Slug>(slug: S, data: Commands[S], done: Key, params: Readonly<Record<string, string | Both>> = {}): Promise<Answer> {
    const answer = await send(slug, data);
    if (answer.ok) this.#desk.feed.say("done", bothOf(done, params));
    else this.#desk.feed.say("refused", answer.refusal.text);
    return answer;
  }
}

function askTargets(): ReadonlySignal<Targets | null> {
  const targets = signal<Targets | null>(null);
  api<Targets>("/api/telephony/targets")
    .then((told) => (targets.value = told))
    .catch((error: unknown) => {
      if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
    });
  return targets;
}

/** `{stroke: {face_droop: "yes"}}` is the answer "yes" to `stroke.face_droop`. */
function leaves(findings: Findings, path = ""): readonly (readonly [string, string])[] {
  return Object.entries(findings).flatMap(([name, value]: [string, Finding]) => {
    const here = path === "" ? name : `${path}.${name}`;
    const isGroup = typeof value === "object" && !Array.isArray(value) && here !== "age";
    return isGroup ? leaves(value as Findings, here) : [[here, typeof value === "string" ? value : JSON.stringify(value)] as const];
  });
}

function save(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
