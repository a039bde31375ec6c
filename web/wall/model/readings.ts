/** Vital signs as the wall shows them: from the bound monitor, else by hand; each with its age and its alarm level. */
import type { AlarmLevel, Patient, VitalsFrame } from "@shared/rows.ts";

export const SIGNS = ["hr", "bp", "spo2", "rr"] as const;
export type Sign = (typeof SIGNS)[number];

export interface Reading {
  readonly text: string;
  readonly level: AlarmLevel;
  readonly ageMs: number;
  readonly byHand: boolean;
  readonly stale: boolean;
}

/** A monitor speaks every second or two; after this much real time it is silent. */
const MONITOR_SILENT_MS = 15_000;
/** Values written by hand are old after this much of the city's time. */
const WRITTEN_OLD_MS = 10 * 60_000;

/**
 * The reading of one sign, or null when nobody has measured it. A trace of a monitor that is not bound to this patient is nobody's.
 * `speed` is how fast the city's clock runs: a monitor's silence is a transport matter and counts in real time.
 */
export function readingOf(sign: Sign, patient: Patient | null, frame: VitalsFrame | undefined, nowMs: number, speed: number): Reading | null {
  const bound = frame !== undefined && patient !== null && frame.device_id === patient.device_id ? frame : undefined;
  const written = patient?.vitals ?? null;
  const measured = bound === undefined ? null : textOf(sign, bound.values);
  if (bound !== undefined && measured !== null && (written === null || Date.parse(bound.at) >= Date.parse(written.at) || textOf(sign, written.values) === null)) {
    const ageMs = nowMs - Date.parse(bound.at);
    return { text: measured, level: worstOf(sign, bound.levels), ageMs, byHand: false, stale: ageMs / speed > MONITOR_SILENT_MS };
  }
  const text = written === null ? null : textOf(sign, written.values);
  if (written === null || text === null) return null;
  const ageMs = nowMs - Date.parse(written.at);
  return { text, level: "none", ageMs, byHand: true, stale: ageMs > WRITTEN_OLD_MS };
}

function textOf(sign: Sign, values: Readonly<Record<string, number>>): string | null {
  if (sign !== "bp") return values[sign] === undefined ? null : String(Math.round(values[sign]));
  const { sbp, dbp } = values as { sbp?: number; dbp?: number };
  return sbp === undefined ? null : `${Math.round(sbp)}/${dbp === undefined ? "?" : Math.round(dbp)}`;
}

const RANK: Readonly<Record<AlarmLevel, number>> = { high: 0, medium: 1, low: 2, none: 3 };

function worstOf(sign: Sign, levels: Readonly<Record<string, AlarmLevel>>): AlarmLevel {
  if (sign !== "bp") return levels[sign] ?? "none";
  const [sbp, dbp] = [levels["sbp"] ?? "none", levels["dbp"] ?? "none"];
  return RANK[sbp] <= RANK[dbp] ? sbp : dbp;
}
