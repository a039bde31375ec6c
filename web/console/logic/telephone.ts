/** What a caller's number and waiting time mean. Pure. */
import type { Call, NumberMark } from "@shared/rows.ts";

export type Ring = "calm" | "soon" | "over";

/** Within how many seconds things happen on the lines, as the desk's rules say. */
export interface Targets {
  readonly answer_within_s: number;
  readonly overflow_group: string;
  readonly call_back_within_s: number;
}
/** From this share of the target on, the clock says that it is nearly time. */
const SOON_SHARE = 0.6;

/** How a ringing call's clock looks; without a target it is only a clock. */
export function ringLevel(call: Pick<Call, "received_at">, now: number, targets: Targets | null): Ring {
  if (targets === null) return "calm";
  const waited_s = (now - Date.parse(call.received_at)) / 1000;
  if (waited_s >= targets.answer_within_s) return "over";
  return waited_s >= targets.answer_within_s * SOON_SHARE ? "soon" : "calm";
}

/** A number as one dials it within China, as `dispatch/state/call.py` spells it; null when unknown. */
export function dialled(number: string | null): string | null {
  if (number === null) return null;
  const digits = number.replace(/[^0-9*#]/g, "").replace(/^(?:0086|86(?=1\d{10}$)|0(?=1\d{10}$))/, "");
  return digits === "" ? null : digits;
}

/** The mark that a caller carries now. It never keeps the call from ringing. */
export function markOf(call: Pick<Call, "number">, marks: Iterable<NumberMark>, now: number): NumberMark | null {
  const number = dialled(call.number);
  if (number === null) return null;
  for (const mark of marks) if (mark.number === number && mark.lifted_at === null && Date.parse(mark.expires_at) > now) return mark;
  return null;
}

/** Callers who hung up unanswered and whom nobody has reached since, the longest waiting first. */
export function owedCallBacks(calls: Iterable<Call>): readonly Call[] {
  const done = new Set(["needs_help", "no_need", "unreachable", "rang_again"]);
  return [...calls]
    .filter((call) => call.abandoned && !call.call_backs.some(({ outcome }) => done.has(outcome)))
    .sort((a, b) => Date.parse(a.ended_at ?? a.received_at) - Date.parse(b.ended_at ?? b.received_at));
}
