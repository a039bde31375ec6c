/** The rows about where it is: the frozen dataclasses of `dispatch/state/location.py`. Points are WGS-84. */
import type { Iso, Place, Reason } from "./words.ts";

/** One source's newest word; without an incident, its telephone has not called. */
export interface Position {
  readonly id: string;
  readonly incident_id: string | null;
  readonly place: Place;
  readonly confidence: number;
  readonly measured_at: Iso;
  readonly received_at: Iso;
  readonly link_id: string | null;
  readonly alternatives: readonly Place[];
  readonly outline: readonly (readonly [number, number])[];
  readonly doubts: readonly Reason[];
  readonly detail: Readonly<Record<string, string>>;
  readonly expires_at: Iso | null;
  readonly number: string | null;
  readonly indoors: string | null;
}

export interface PossiblePlace {
  readonly lon: number;
  readonly lat: number;
  readonly radius_m: number;
  readonly confidence: number;
  readonly sources: readonly string[];
}

export interface LocationEstimate {
  readonly at: Iso;
  readonly possible: readonly PossiblePlace[];
  readonly conflicts: readonly { readonly one: string; readonly other: string; readonly distance_m: number }[];
  readonly set_aside: readonly string[];
}

export interface Link {
  readonly id: string;
  readonly incident_id: string;
  readonly sent_at: Iso;
  readonly expires_at: Iso;
  readonly language: "zh" | "en";
  readonly number: string | null;
  readonly opened_at: Iso | null;
  readonly stream_until: Iso | null;
  readonly ended: string | null;
  /** What became of the text message; null while nobody has said. */
  readonly message: "sent" | "failed" | "none" | null;
  readonly messages: readonly { readonly at: Iso; readonly by: "caller" | "seat"; readonly text: string | null; readonly account: string }[];
  readonly photos: readonly { readonly id: string; readonly at: Iso; readonly size_bytes: number }[];
}
