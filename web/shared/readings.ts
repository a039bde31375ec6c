/** Vital signs as tablet and wall show them: from the bound monitor, else by hand; each with its age and its alarm level. */
import type { AlarmLevel, VitalsFrame } from "./frames.ts";
import type { Patient } from "./rows.ts";
import { worst } from "./severity.ts";

export type Sign = "hr" | "bp" | "spo2" | "rr" | "gcs" | "glucose_mmol_l" | "temp_c" | "pain" | "etco2";
/** Signs with a decimal that matters. */
const WITH_TENTHS: ReadonlySet<Sign> = new Set(["glucose_mmol_l", "temp_c"]);

export interface Reading {
  readonly text: string;
  readonly level: AlarmLevel;
  /** null: an earlier entry whose own time the row no longer holds. */
  readonly ageMs: number | null;
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
  const bound = frame !== undefined && patient !== null && frame.patient_id === patient.id && frame.device_id === patient.device_id ? frame : undefined;
  const written = patient?.vitals ?? null;
  const measured = bound === undefined ? null : textOf(sign, bound.values);
  if (bound !== undefined && measured !== null && (written === null || Date.parse(bound.at) >= Date.parse(written.at) || textOf(sign, written.values) === null)) {
    const ageMs = nowMs - Date.parse(bound.at);
    const mark = bound.doubts?.[sign] === undefined ? "" : "?"; // the device itself is not sure below its range
    return { text: `${measured}${mark}`, level: worstOf(sign, bound.levels), ageMs, byHand: false, stale: ageMs / speed > MONITOR_SILENT_MS };
  }
  const text = written === null ? null : textOf(sign, written.values);
  if (written === null || text === null) return earlier(sign, patient);
  const ageMs = nowMs - Date.parse(written.at);
  return { text, level: "none", ageMs, byHand: true, stale: ageMs > WRITTEN_OLD_MS };
}

/** A row keeps only the latest entry with its time; what was written before it lives on in the findings, without one. */
function earlier(sign: Sign, patient: Patient | null): Reading | null {
  const known = patient?.findings["vitals"];
  if (typeof known !== "object" || Array.isArray(known)) return null;
  const numbers = Object.fromEntries(Object.entries(known).filter((pair): pair is [string, number] => typeof pair[1] === "number"));
  const text = textOf(sign, numbers);
  return text === null ? null : { text, level: "none", ageMs: null, byHand: true, stale: false };
}

function textOf(sign: Sign, values: Readonly<Record<string, number>>): string | null {
  if (sign !== "bp") return values[sign] === undefined ? null : WITH_TENTHS.has(sign) ? values[sign].toFixed(1) : String(Math.round(values[sign]));
  const { sbp, dbp } = values as { sbp?: number; dbp?: number };
  return sbp === undefined ? null : `${Math.round(sbp)}/${dbp === undefined ? "?" : Math.round(dbp)}`;
}

function worstOf(sign: Sign, levels: Readonly<Record<string, AlarmLevel>>): AlarmLevel {
  return sign === "bp" ? worst([levels["sbp"] ?? "none", levels["dbp"] ?? "none"]) : (levels[sign] ?? "none");
}
