/** What the server answers when a page asks: recommendations, the register, the handoff. Field names are the server's. */
import type { CenterStatus } from "./rows.ts";
import type { Both, Iso, Text, UnitStatus } from "./words.ts";

export interface UnitOption {
  readonly unit_id: string;
  readonly call_sign: string;
  readonly status: UnitStatus;
  readonly level: string;
  readonly station_name: string;
  readonly eta_s: number | null;
  readonly low_s: number | null;
  readonly high_s: number | null;
  readonly fix_age_s: number | null;
  readonly rank: number;
  readonly reasons: readonly Text[];
  readonly assignable: boolean;
  readonly tie: boolean;
  /** While the place is only a region: the longest time over it (null: some of it has no way), and at which share of it this unit is first. */
  readonly worst_s: number | null;
  readonly first_share: number | null;
}

export interface CenterOption {
  readonly center_id: string;
  readonly name: string;
  readonly grade: string;
  readonly eta_s: number | null;
  readonly low_s: number | null;
  readonly high_s: number | null;
  readonly time_to_treatment_s: number | null;
  readonly treatment: string;
  readonly rank: number;
  readonly tie: boolean;
  readonly reasons: readonly Text[];
  readonly warnings: readonly Text[];
  readonly status: readonly CenterStatus[];
  /** By when nine of ten such patients are treated. */
  readonly slow_s: number | null;
}

/** While a place is only a region (of `places` discs, the widest with `radius_m`): times over it, and whether the first one depends on where. */
export interface OverRegion {
  readonly places: number;
  readonly radius_m: number;
  readonly choice_changes: boolean;
  readonly roadless_share: number;
  readonly rows: readonly { readonly id: string; readonly expected_s: number | null; readonly worst_s: number | null; readonly reached_share: number; readonly first_share: number }[];
}

/** What follows for the units: one may roll at once, being first from every place, or a question decides. */
export interface UnitRegion extends OverRegion {
  readonly roll: string | null;
  readonly question: Text | null;
}

export interface PatientRecommendation {
  readonly patient_id: string;
  readonly centers: readonly CenterOption[];
  readonly excluded: readonly { readonly center_id: string; readonly name: string; readonly reason: Text }[];
  /** How clearly the first leads: clear, close or coin_toss; null without a second. */
  readonly strength: "clear" | "close" | "coin_toss" | null;
  readonly second: string | null;
  /** The nearest that do not lead, three at most. */
  readonly why_not: readonly { readonly center_id: string; readonly name: string; readonly reason: Text }[];
  readonly advice: readonly Text[];
  /** The drive to the offered centres; null while the place is known well enough, or a unit has the patient. */
  readonly region: OverRegion | null;
}

export interface Recommendation {
  readonly incident_id: string;
  readonly computed_at: Iso;
  readonly weights_epoch: number;
  readonly weights_as_of: Iso | null;
  readonly weights_age_s: number | null;
  readonly weights_failed_at: Iso | null;
  readonly units: readonly UnitOption[];
  /** Set while the units are ranked over a region; null while the place is known well enough. */
  readonly region: UnitRegion | null;
  readonly patients: readonly PatientRecommendation[];
}

export interface RegisterRow {
  readonly point: string;
  readonly label: Both;
  readonly at: Iso | null;
  /** The minute that `minutes` and the target count from. */
  readonly since: string | null;
  readonly target_min: number | null;
  readonly due_at: Iso | null;
  readonly minutes: number | null;
  readonly status: "met" | "late" | "missing" | "pending" | "out_of_order" | "recorded" | "not_applicable";
  readonly source: string | null;
  readonly clock: string | null;
  readonly by: string | null;
  readonly entered_for: string | null;
  readonly corrections: number;
  /** Why it was late, in the words of whoever entered it. */
  readonly delay_reason: string | null;
  /** Who is asked for it, once, after the handover. */
  readonly ask: "crew" | "department" | null;
}

export interface HandoffView {
  readonly view: string;
  readonly sections: readonly { readonly code: string; readonly title: Both; readonly lines: readonly Both[] }[];
}
