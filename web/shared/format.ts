/** Times, ages and durations as the screens write them. Times are aware UTC inside, Asia/Shanghai on screen. */
import type { Iso, Lang } from "./words.ts";

const clockOf = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour12: false, hour: "2-digit", minute: "2-digit", ...options });
const HH_MM = clockOf({});
const HH_MM_SS = clockOf({ second: "2-digit" });

/** 14:02 in Shanghai. */
export function hhmm(at: Iso | number): string {
  return HH_MM.format(typeof at === "number" ? at : Date.parse(at));
}

/** 14:02:37 in Shanghai. */
export function hhmmss(at: Iso | number): string {
  return HH_MM_SS.format(typeof at === "number" ? at : Date.parse(at));
}

const two = (n: number): string => String(n).padStart(2, "0");

/** A duration as 7:05 or 1:07:05; negative ones with a minus sign. Whole seconds, cut, so that a countdown ends at 0:00. */
export function mmss(ms: number): string {
  const total = Math.floor(Math.abs(ms) / 1000);
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  const text = hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
  return ms <= -1000 ? `−${text}` : text;
}

/** Seconds as whole minutes, never "0 min": less than one is "<1". */
export function minutes(seconds: number): string {
  return seconds < 60 ? "<1" : String(Math.round(seconds / 60));
}

/** An age in words: 8秒前, 3分钟前 / 8 s ago, 3 min ago. */
export function age(ms: number, lang: Lang): string {
  const [n, zh, en] = ageParts(ms);
  return lang === "zh" ? `${n}${zh === "分" ? "分钟" : zh}前` : `${n} ${en} ago`;
}

/** An age where room is short, beside a value: 8秒, 3分 / 8 s, 3 min. */
export function shortAge(ms: number, lang: Lang): string {
  const [n, zh, en] = ageParts(ms);
  return lang === "zh" ? `${n}${zh}` : `${n} ${en}`;
}

function ageParts(ms: number): readonly [number, string, string] {
  const s = Math.max(0, Math.floor(ms / 1000));
  return s < 90 ? [s, "秒", "s"] : s < 5400 ? [Math.floor(s / 60), "分", "min"] : [Math.floor(s / 3600), "小时", "h"];
}

const DAY_S = 86_400;

/** A local HH:MM or HH:MM:SS as that moment nearest to `aroundMs` that is not after `nowMs`; null when it is no time. */
export function momentNear(clock: string, aroundMs: number, nowMs: number): Iso | null {
  const match = /^([01]?\d|2[0-3])[:：]?([0-5]\d)(?:[:：]([0-5]\d))?$/.exec(clock.trim());
  if (match === null) return null;
  const wanted = Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
  const [hour = 0, minute = 0, second = 0] = hhmmss(aroundMs).split(":").map(Number);
  const there = hour * 3600 + minute * 60 + second;
  const ahead = ((((wanted - there + DAY_S / 2) % DAY_S) + DAY_S) % DAY_S) - DAY_S / 2;
  const at = Math.floor(aroundMs / 1000) * 1000 + ahead * 1000;
  return new Date(at > nowMs ? at - DAY_S * 1000 : at).toISOString();
}

/** A local HH:MM as the most recent such moment before `nowMs` (late entries name no date); null when it is no time. */
export function momentBefore(clock: string, nowMs: number): Iso | null {
  const match = /^([01]?\d|2[0-3])[:：]?([0-5]\d)$/.exec(clock.trim());
  if (match === null) return null;
  const wanted = Number(match[1]) * 60 + Number(match[2]);
  const [hour = 0, minute = 0] = hhmm(nowMs).split(":").map(Number);
  const back = (hour * 60 + minute - wanted + 1440) % 1440;
  return new Date(Math.floor(nowMs / 60_000) * 60_000 - back * 60_000).toISOString();
}
