/**
 * The rows of the live tables, as `docs/protocol.md` sends them: the frozen dataclasses of `dispatch/state/incident.py`,
 * `unit.py` and `center.py`. `null` means unknown or not given, never zero. Points are WGS-84. Times are RFC 3339 UTC.
 */

import type { ChosenDoor, Consent, Handoff, Order, Reading, ReaderLink, Registration, Specialist, TeamLine, WayInside } from "./direct/rows.ts";
import type { PlannedActivation } from "./plan.ts";
import type { Member, Summons } from "./team.ts";
import type { ActivationPhase, Iso, Outcome, Place, Priority, Reason, Role, UnitStatus } from "./words.ts";
import type { Link, LocationEstimate, Position } from "./location.ts";

/** One registered minute: when, how known, by whom, how often corrected. */
export interface Point {
  readonly at: Iso;
  readonly recorded_at: Iso;
  readonly clock: "server" | "device" | "human";
  readonly uncertainty_s: number;
  readonly by: string;
  readonly entered_for: string | null;
  readonly corrections: number;
  readonly reason: string | null;
  readonly delay_reason: string | null;
}
export type Points = Readonly<Record<string, Point>>;

export type CallPhase = "ringing" | "claimed" | "talking" | "held" | "wrap_up" | "ended";

export interface Call {
  readonly id: string;
  readonly incident_id: string;
  readonly phase: CallPhase;
  readonly received_at: Iso;
  readonly number: string | null;
  readonly words: string | null;
  readonly complaint: string | null;
  readonly place: Place | null;
  readonly line: string | null;
  readonly seat: string | null;
  readonly answered_at: Iso | null;
  readonly ended_at: Iso | null;
  readonly group: string | null;
  /** The neighbouring seat group that it rings at as well, because all seats were busy too long. */
  readonly overflow_group: string | null;
  /** Where the exchange keeps its sound. */
  readonly recording: string | null;
  /** The caller hung up before anybody answered. */
  readonly abandoned: boolean;
  readonly call_backs: readonly { readonly at: Iso; readonly by: string; readonly outcome: string }[];
}

/** A place in the room; nobody sits there when `account` is null. */
export interface Seat {
  readonly id: string;
  readonly kind: "call_taker" | "dispatcher" | "supervisor";
  readonly group: string;
  readonly account: string | null;
  readonly since: Iso;
  readonly extension: string | null;
}

/** Why a number is marked; it still rings. */
export interface NumberMark {
  readonly id: string;
  readonly number: string;
  readonly kind: "prank" | "nuisance" | "frequent" | "threat";
  readonly reason: string;
  readonly by: string;
  readonly at: Iso;
  readonly expires_at: Iso;
  readonly lifted_at: Iso | null;
}

/** For which incident a unit stands by (预派), and whether its crew knows. */
export interface Standby {
  readonly incident_id: string;
  readonly since: Iso;
  readonly phase: "called" | "acknowledged";
  readonly acknowledged_at: Iso | null;
}

export type Service = "110" | "119" | "122";
export type SceneFlag = "violence" | "fire" | "chemical" | "traffic" | "entrapped" | "infectious_suspected";

/** What one service was told, and whether it has said so. */
export interface Notice {
  readonly service: Service;
  readonly told_at: Iso;
  readonly told_by: string;
  readonly flags: readonly SceneFlag[];
  readonly phase: "told" | "delivered" | "undelivered" | "confirmed";
  readonly attempts: number;
  readonly confirmed_at: Iso | null;
  readonly confirmed_by: string | null;
}

/** Whether the units stand off at a distance. */
export interface Staging {
  readonly phase: "staged" | "cleared";
  readonly since: Iso;
  readonly distance_m: number;
  readonly cleared_at: Iso | null;
  readonly cleared_by: string | null;
}

export interface Incident {
  readonly id: string;
  readonly number: string;
  readonly phase: "unlocated" | "waiting" | "held" | "underway" | "closed";
  readonly opened_at: Iso;
  readonly call_ids: readonly string[];
  readonly patient_ids: readonly string[];
  readonly assignment_ids: readonly string[];
  readonly activation_ids: readonly string[];
  readonly place: Place | null;
  readonly words: string | null;
  readonly complaint: string | null;
  readonly priority: Priority | null;
  readonly priority_reason: string | null;
  readonly priority_fixed: boolean;
  readonly waiting_since: Iso | null;
  readonly review_at: Iso | null;
  readonly closed_at: Iso | null;
  readonly outcome: Outcome | null;
  readonly points: Points;
  readonly standby_unit_ids: readonly string[];
  /** The unit it lost to another incident, until another is sent. */
  readonly taken: { readonly unit_id: string; readonly for_incident_id: string | null; readonly at: Iso } | null;
  /** Call-backs while it was held. */
  readonly reviews: number;
  /** Danger on scene; what is not named is unknown. */
  readonly flags: Readonly<Partial<Record<SceneFlag, "yes" | "no" | "unknown">>>;
  readonly notices: Readonly<Partial<Record<Service, Notice>>>;
  readonly staging: Staging | null;
  /** The seat that looks after it. */
  readonly seat: string | null;
  readonly position_ids: readonly string[];
  readonly told: Readonly<Record<string, { readonly place: Place; readonly at: Iso }>>;
  readonly estimate: LocationEstimate | null;
  readonly link_ids: readonly string[];
  readonly building: string | null;
  readonly floor: string | null;
  readonly room: string | null;
  readonly access: string | null;
}

/** A suspected (疑似) or confirmed (已确认) condition with the evidence that fired it. */
export interface FiredCondition {
  readonly code: string;
  readonly status: "suspected" | "confirmed";
  readonly evidence: readonly Reason[];
  readonly confirmed_by: string | null;
  readonly confirmed_at: Iso | null;
}

export interface TargetPoint {
  readonly code: string;
  /** The time point that the minutes count from. */
  readonly since: string | null;
  readonly target_min: number | null;
  readonly source: string;
}

export interface Ecg {
  readonly id: string;
  readonly at: Iso;
  readonly sample_rate_hz: number;
  readonly leads: readonly string[];
  readonly reading: string | null;
  readonly read_by: string | null;
  readonly read_at: Iso | null;
  readonly readings: readonly Reading[]; // everybody's, in order; `reading` is the last of them
}

export interface Treatment {
  readonly code: string;
  readonly dose: string | null;
  readonly at: Iso;
}

export interface VitalsEntry {
  readonly at: Iso;
  readonly values: Readonly<Record<string, number>>;
}

export type Finding = string | number | boolean | readonly string[] | { readonly [name: string]: Finding };
export type Findings = Readonly<Record<string, Finding>>;

export interface Patient {
  readonly id: string;
  readonly incident_id: string;
  readonly code: string;
  readonly name: string | null;
  readonly findings: Findings;
  readonly findings_at: Iso | null;
  readonly conditions: readonly FiredCondition[];
  readonly priority: Priority | null;
  readonly required_capabilities: readonly string[];
  readonly bypass: readonly string[];
  readonly activate: readonly string[];
  readonly blocked: readonly string[];
  readonly advice: readonly string[];
  readonly targets: readonly TargetPoint[];
  /** Findings that cannot all be true: named, kept, never scored. */
  readonly contradictions: readonly Reason[];
  /** Whom to call, in order, with deadlines: ``activate`` in full. */
  readonly plan: readonly PlannedActivation[];
  /** The Chinese ED triage, I to IV; null before it is known. */
  readonly china_triage: "I" | "II" | "III" | "IV" | null;
  /** The run that carries the patient. */
  readonly assignment_id: string | null;
  readonly device_id: string | null;
  readonly device_bound_at: Iso | null;
  /** Every monitor that was on this patient; what it measured outside is in quarantine. */
  readonly worn: readonly { readonly device_id: string; readonly since: Iso; readonly until: Iso | null }[];
  readonly vitals: VitalsEntry | null;
  readonly ecgs: readonly Ecg[];
  readonly treatments: readonly Treatment[];
  readonly center_id: string | null;
  readonly chosen_by: string | null;
  readonly choice_reason: string | null;
  readonly risk_told: boolean;
  readonly activation_id: string | null;
  readonly consents: readonly Consent[];
  readonly registrations: readonly Registration[];
  readonly advice_wanted: { readonly at: Iso; readonly by: string; readonly question: string | null } | null;
  readonly specialists: readonly Specialist[];
  readonly reader_link_ids: readonly string[];
  readonly lines: readonly TeamLine[];
  readonly orders: readonly Order[];
  readonly handoff: Handoff | null;
  readonly outcome: Outcome | null;
  readonly points: Points;
  readonly photos: readonly { readonly id: string; readonly at: Iso; readonly by: string; readonly size_bytes: number }[];
  readonly sealed: { readonly at: Iso; readonly by: string } | null; // 封存: nothing of the record is forgotten
  readonly erased: { readonly at: Iso; readonly by: string; readonly why: string; readonly subjects: readonly string[]; readonly digest: string | null; readonly removed_at: Iso | null } | null;
  readonly left_open: readonly string[];
}

export interface Unit {
  readonly id: string;
  readonly call_sign: string;
  readonly station_id: string;
  readonly station_name: string;
  /** Of its station; where it is now comes as telemetry, with an age. */
  readonly lon: number;
  readonly lat: number;
  readonly level: string;
  readonly equipment: readonly string[];
  readonly status: UnitStatus;
  readonly status_since: Iso;
  readonly crew: readonly string[];
  readonly crew_names: string | null;
  readonly assignment_id: string | null;
  /** The run before, too: the crew still writes about its patient until the vehicle is clean. */
  readonly last_assignment_id: string | null;
  readonly out_reason: string | null;
  readonly out_until: Iso | null;
  readonly standby: Standby | null;
}

export interface Assignment {
  readonly id: string;
  readonly incident_id: string;
  readonly unit_id: string;
  readonly assigned_at: Iso;
  readonly assigned_by: string;
  readonly eta_s: number | null;
  readonly rank: number | null;
  readonly reason: string | null;
  readonly outcome: Outcome | null;
  readonly outcome_reason: string | null;
  readonly ended_at: Iso | null;
  readonly points: Points;
}

export interface CenterStatus {
  readonly topic: string;
  readonly state: string;
  readonly owner: string;
  readonly reason: string | null;
  readonly reported_at: Iso;
  readonly expires_at: Iso;
}

/** What of a centre's rooms of one kind is held and what is in use. */
export interface ResourceState {
  readonly count: number;
  readonly holds: readonly { readonly id: string; readonly activation_id: string; readonly expires_at: Iso }[];
  readonly uses: readonly { readonly id: string; readonly activation_id: string; readonly since: Iso; readonly until: Iso }[];
}

export interface Center {
  readonly id: string;
  readonly name: string;
  readonly grade: string;
  readonly lon: number;
  readonly lat: number;
  readonly kinds: readonly string[];
  readonly capabilities: readonly string[];
  readonly phone: string | null;
  readonly statuses: Readonly<Record<string, CenterStatus>>;
  /** Whether the department's wall is there and can be heard; null: it never had one. */
  readonly resources: Readonly<Record<string, ResourceState>>;
  readonly wall: { readonly phase: "armed" | "silent" | "lost"; readonly since: Iso } | null;
  readonly ways: Readonly<Record<string, WayInside>>; // by door; one that is not named is unknown
}

export interface Reservation {
  readonly id: string;
  readonly resource: string;
  readonly reserved_at: Iso;
  readonly expires_at: Iso;
  readonly ready_at: Iso | null;
  readonly ended: "used" | "released" | "expired" | null;
  /** 0 has it; 1 is the first of those who wait for it, `because` of what. */
  readonly place: number;
  readonly waits_since: Iso | null;
  readonly because: string | null;
}

export interface Activation {
  readonly id: string;
  readonly patient_id: string;
  readonly incident_id: string;
  readonly center_id: string;
  readonly phase: ActivationPhase;
  readonly sent_at: Iso;
  readonly acknowledge_by: Iso;
  readonly conditions: readonly FiredCondition[];
  readonly bypass: readonly string[];
  readonly activate: readonly string[];
  readonly eta_s: number | null;
  readonly early: boolean;
  readonly acknowledged_at: Iso | null;
  readonly acknowledged_by: string | null;
  readonly team_ready_at: Iso | null;
  readonly arrived_at: Iso | null;
  readonly accepted_at: Iso | null;
  readonly ended_at: Iso | null;
  readonly end_reason: string | null;
  readonly to_center_id: string | null;
  readonly reservations: readonly Reservation[];
  /** Who came against who was announced; null: not compared yet. */
  readonly door: { readonly at: Iso; readonly by: string; readonly differing: readonly ("call_sign" | "sex" | "age_band" | "code")[] } | null;
  readonly summonses: readonly Summons[];
  /** When crew and centre have read the redirect or cancellation. */
  readonly crew_knows_at: Iso | null;
  readonly center_knows_at: Iso | null;
  readonly chosen_door: ChosenDoor | null; // null: the department has not chosen; `bypass` proposes
  readonly updated_at: Iso | null; // when it last asked for something else than the alarm did, and what that added
  readonly updated_with: readonly string[];
}

export interface Task {
  readonly id: string;
  readonly kind: string;
  /** "activation:…", "assignment:…", "incident:…" */
  readonly subject: string;
  readonly incident_id: string | null;
  readonly owner_role: Role;
  readonly raised_at: Iso;
  readonly due_at: Iso;
  readonly params: Readonly<Record<string, string>>;
  readonly done_at: Iso | null;
  readonly result: "done" | "moot" | null;
}

/** A closure (`factor` null) or slow zone that stands, or will from `begins` on. */
export interface RoadMeasure {
  readonly id: string;
  readonly factor: number | null;
  readonly outline: readonly (readonly [number, number])[];
  readonly picks: readonly (readonly [number, number])[];
  readonly lines: readonly (readonly (readonly [number, number])[])[];
  readonly roads: readonly string[];
  readonly road_count: number;
  readonly begins: Iso;
  readonly ends: Iso | null;
  readonly set_at: Iso;
  readonly set_by: string;
  readonly reason: string;
}

/** The live tables; a role gets those that `docs/protocol.md` names for it, the others stay empty. */
export interface Tables {
  readonly calls: Call;
  readonly incidents: Incident;
  readonly patients: Patient;
  readonly units: Unit;
  readonly assignments: Assignment;
  readonly centers: Center;
  readonly activations: Activation;
  readonly tasks: Task;
  readonly measures: RoadMeasure;
  readonly seats: Seat;
  readonly marks: NumberMark;
  readonly positions: Position;
  readonly links: Link;
  readonly members: Member;
  readonly reader_links: ReaderLink;
}
export type TableName = keyof Tables;
export const TABLE_NAMES: readonly TableName[] = [
  "calls", "incidents", "patients", "units", "assignments", "centers", "activations", "tasks", "measures", "seats", "marks",
  "positions", "links", "members", "reader_links",
];
