/** Codes of rows as the operator's words. */
import { calledWord } from "@shared/called.ts";
import { age } from "@shared/format.ts";
import type { FiredCondition, Seat, Task } from "@shared/rows.ts";
import type { Place, Reason } from "@shared/words.ts";
import type { OverRow } from "./logic/over_region.ts";
import { lang, maybe, t } from "./texts.ts";

/** 疑似STEMI, 已确认卒中: never a diagnosis without its certainty. */
export function conditionWord({ code, status }: Pick<FiredCondition, "code" | "status">): string {
  const name = t.code("condition", code);
  if (code === "other") return name;
  return lang.value === "zh" ? `${t(`certainty.${status}`)}${name}` : `${t(`certainty.${status}`)} ${within(name)}`;
}

/** An English name within a sentence begins small; an abbreviation such as STEMI stays what it is. */
function within(name: string): string {
  return /^[A-Z][a-z]/.test(name) ? name.charAt(0).toLowerCase() + name.slice(1) : name;
}

export function reasonWord(reason: Reason): string {
  return t.code("evidence", reason.code, reason.params);
}

/** What a task's parameter holds when there is nothing to say. */
export const NOT_KNOWN = "—";

function missing(name: string): string {
  if (name === "phone") return t("console.task.no_number");
  return name === "unit" ? t("console.task.no_unit") : t("ui.unknown");
}

/** The sentence of a phone task; its parameters name who, whom and which number. */
export function taskText(task: Pick<Task, "kind" | "params">): string {
  // A parameter may be a code itself, such as the role of somebody who does not answer.
  const words = Object.entries(task.params).map(([name, value]) => [name, value === NOT_KNOWN ? missing(name) : (typeof value === "string" && maybe(value)) || value] as const);
  return t.code("task", task.kind, Object.fromEntries(words));
}

/** "调度席 1": a seat by what it is and its number, else by its name; nobody calls it by the account. */
export function seatName(id: string, seats: ReadonlyMap<string, Seat>): string {
  const seat = seats.get(id);
  return seat === undefined ? id : numbered(seat.kind, id);
}

/** "调度席 1" of the account dispatcher1. */
export function numbered(kind: Seat["kind"], account: string): string {
  return `${t(`console.role.${kind}`)} ${/\d+$/.exec(account)?.[0] ?? account}`;
}

/** Whoever acted: a seat by what it is and its number, everybody else as they are called. */
export const whoWord = (who: string, seats: ReadonlyMap<string, Seat>): string => (seats.has(who) ? seatName(who, seats) : calledWord(who));

export function placeSource(place: Place): string {
  return t.code("console.place.source", place.source);
}

export function roadMinutes(seconds: number | null): string {
  if (seconds === null) return t("console.advice.unreachable");
  return t("console.advice.minutes", { minutes: seconds < 60 ? "<1" : String(Math.round(seconds / 60)) });
}

/** "5–14 分": eight drives of ten end within; one number where they round to the same minute. */
export function roadRange({ eta_s, low_s, high_s }: { readonly eta_s: number | null; readonly low_s: number | null; readonly high_s: number | null }): string {
  if (low_s === null || high_s === null) return roadMinutes(eta_s);
  const [low, high] = [Math.floor(low_s / 60), Math.ceil(high_s / 60)];
  return low === high ? roadMinutes(eta_s) : t("console.advice.range", { low, high });
}

/** Expected and worst time over every place where the incident may be; empty while one place is known. */
export function overWord(row: Pick<OverRow, "expected_s" | "worst_s"> | undefined): string {
  if (row === undefined || row.expected_s === null) return "";
  const worst = row.worst_s === null ? t("console.advice.region.not_everywhere") : roadMinutes(row.worst_s);
  return t("console.advice.region.times", { expected: roadMinutes(row.expected_s), worst });
}

export function ageWord(seconds: number): string {
  return age(seconds * 1000, lang.value);
}
