/** Frames of the live link that belong to no table: positions, vitals, arrivals, the weights in force, gaps. */
import type { Iso } from "./words.ts";

export type AlarmLevel = "high" | "medium" | "low" | "none";

/** Telemetry: never numbered, never journalled, each with its own time. */
export interface PositionsFrame {
  readonly t: "positions";
  readonly at: Iso;
  /** unit_id, lon, lat, heading_deg, speed_mps, fix_at */
  readonly units: readonly (readonly [string, number, number, number | null, number | null, Iso])[];
}
export interface VitalsFrame {
  readonly t: "vitals";
  readonly patient_id: string;
  readonly at: Iso;
  readonly device_id: string;
  readonly values: Readonly<Record<string, number>>;
  readonly levels: Readonly<Record<string, AlarmLevel>>;
  /** Left out because no patient has it (impossible, pressure_pair), or shown with a question mark. */
  readonly doubts?: Readonly<Record<string, "impossible" | "pressure_pair" | "doubtful" | "low_confidence">>;
}
/** To a tablet: what it sends of this monitor is stored and not shown; another tablet, or another patient, has it. */
export interface ElsewhereFrame {
  readonly t: "elsewhere";
  readonly device_id: string | null;
  readonly why: "other_tablet" | "other_patient";
  readonly unit: string | null;
}
export interface Eta {
  /** "incident:…" or "center:…" */
  readonly to: string;
  readonly eta_s: number | null;
  readonly arrive_at: Iso | null;
  readonly low_s: number | null;
  readonly high_s: number | null;
}
export interface EtasFrame {
  readonly t: "etas";
  readonly at: Iso;
  readonly weights_epoch: number;
  readonly units: Readonly<Record<string, Eta>>;
}
/** Which travel times the server behind this page answers with; `failed_at`: since when no newer ones could be made. */
export interface WeightsFrame {
  readonly t: "weights";
  readonly epoch: number;
  readonly as_of: Iso | null;
  readonly failed_at: Iso | null;
  readonly not_on_map: readonly string[];
  /** The profile's speeds, or learned ones: from how many drives, of whom, until when. */
  readonly speeds: { readonly kind: "profile" | "learned"; readonly drives: number; readonly vehicles: string | null; readonly mark: string | null; readonly last_at: Iso | null; readonly live: LiveSpeeds | null };
}
/** What the own fleet's drives of the last hour say beyond those; null when that is switched off. */
export interface LiveSpeeds {
  readonly drives: number;
  readonly newest_at: Iso | null;
  readonly learned_at: Iso | null;
  readonly factors: readonly { readonly what: string; readonly factor: number; readonly drives: number; readonly newest_at: Iso | null }[];
  readonly areas: number;
  readonly area_least: number | null;
  readonly area_most: number | null;
}
export interface GapFrame {
  readonly t: "gap";
  readonly what: "wave";
  readonly patient_id: string;
  readonly from: number;
  readonly to: number;
}
