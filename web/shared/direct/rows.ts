/** The parts of the live rows that belong to the direct way: `dispatch/state/direct.py`. */
import type { Iso } from "../words.ts";

/** How a stretcher gets to one door, as the department wrote it; null: nobody said. */
export interface WayInside {
  readonly entrance: string | null;
  readonly lift: string | null;
  readonly floor: string | null;
  readonly room: string | null;
  readonly note: string | null;
  readonly described_at: Iso;
  readonly described_by: string;
  readonly check_after: Iso;
}

/** Where the receiving department wants the stretcher. */
export interface ChosenDoor {
  readonly where: string;
  readonly proposed: string;
  readonly at: Iso;
  readonly by: string;
  readonly entered_for: string | null;
  readonly reason: string | null;
}

/** One step of one consent: who was asked what, by whom, in whose words. */
export interface Consent {
  readonly procedure: string;
  readonly step: string;
  readonly at: Iso;
  readonly asked: string;
  readonly told_by: string;
  readonly entered_for: string | null;
  readonly signer: string | null;
  readonly words: string | null;
  readonly approver: string | null;
}

/** A patient at one hospital before anybody has the papers; every number is kept. */
export interface Registration {
  readonly center_id: string;
  readonly temporary_id: string;
  readonly at: Iso;
  readonly by: string;
  readonly numbers: readonly { readonly hospital_id: string; readonly at: Iso; readonly by: string; readonly reason: string | null }[];
}

/** What one physician saw in an ECG. */
export interface Reading {
  readonly reading: string;
  readonly at: Iso;
  readonly by: string;
  readonly side: Side;
  readonly reader: string | null;
}

export type Side = "crew" | "department" | "physician" | "seat";

/** One line to everybody who looks after the patient. */
export interface TeamLine {
  readonly at: Iso;
  readonly side: Side;
  readonly by: string;
  /** As those with the patient know them; null: their side says all there is. */
  readonly who: string | null;
  readonly text: string | null;
}

/** What a physician asked the crew for, and what became of it. */
export interface Order {
  readonly id: string;
  readonly code: string;
  readonly phase: "given" | "acknowledged" | "done" | "declined" | "withdrawn";
  readonly at: Iso;
  readonly by: string;
  readonly side: Side;
  readonly dose: string | null;
  readonly note: string | null;
  /** The physician; null: the side says all there is. */
  readonly who: string | null;
  readonly answered_at: Iso | null;
  readonly why: string | null;
  readonly words: string | null;
}

/** A remote physician who looks after the patient. */
export interface Specialist {
  readonly id: string;
  readonly since: Iso;
  readonly name: string | null;
}

/** A physician's own page for one patient; its token is never shown again. */
export interface ReaderLink {
  readonly id: string;
  readonly patient_id: string;
  readonly incident_id: string;
  readonly sent_at: Iso;
  readonly expires_at: Iso;
  readonly physician: string;
  readonly opened_at: Iso | null;
  readonly ended: "replaced" | "ended" | "expired" | "left" | null;
}

/** How one side recorded the handover. */
export interface HandoffTold {
  readonly side: Side;
  readonly at: Iso;
  readonly by: string;
  readonly where: string;
  readonly taken_by: string | null;
}

export interface Signature {
  readonly side: Side;
  readonly at: Iso;
  readonly by: string;
  readonly name: string;
}

/** What one side says was otherwise. */
export interface Dispute {
  readonly side: Side;
  readonly at: Iso;
  readonly by: string;
  readonly about: string;
  readonly words: string;
}

/** Who gave whom what, where, when; every side's version beside it. */
export interface Handoff {
  readonly at: Iso;
  readonly center_id: string;
  readonly where: string;
  readonly bypassed_ed: boolean;
  readonly given_by: string;
  readonly taken_by: string | null;
  readonly signed: boolean;
  readonly told: readonly HandoffTold[];
  readonly signatures: readonly Signature[];
  readonly disputes: readonly Dispute[];
}
