/** The words that the rows of the live tables share, as `dispatch/words.py` has them. Times are RFC 3339 UTC. */

export type Iso = string;
export type Lang = "zh" | "en";
export type Both = Readonly<Record<Lang, string>>;

/** A catalogue code with both sentences filled in. */
export interface Text extends Both {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

export type Role =
  | "call_taker" | "dispatcher" | "supervisor" | "crew" | "department" | "remote_physician" | "admin" | "service" | "system" | "caller" | "member";

export type Priority = "P1" | "P2" | "P3" | "P4";

export type Outcome =
  | "delivered" | "cancelled" | "not_found" | "self_conveyed" | "refused" | "treated_on_scene" | "death_on_scene"
  | "handed_to_other_unit";

export type UnitStatus =
  | "available" | "assigned" | "accepted" | "en_route" | "on_scene" | "at_patient" | "patient_loaded" | "transporting"
  | "at_hospital" | "stretcher_held" | "handed_over" | "cleaning" | "returning" | "out_of_service";

export type ActivationPhase =
  | "sent" | "received" | "acknowledged" | "team_ready" | "arrived" | "accepted" | "redirected" | "cancelled" | "end_acknowledged";

export type Datum = "wgs84" | "gcj02" | "bd09";

export interface Place {
  readonly lon: number;
  readonly lat: number;
  readonly radius_m: number;
  readonly datum: Datum;
  readonly source: string;
  readonly confirmed: boolean;
}

/** A code of the catalogue with the parameters of its sentence, and the source it rests on. */
export interface Reason {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly source: string;
}
