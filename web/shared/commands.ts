/** Everything a page may ask of the desk, typed by hand from `dispatch/commands/`, and how to ask over HTTP. */
import { api, HttpRefused } from "./api.ts";
import type { Findings, Service } from "./rows.ts";
import type { Both, Datum, Iso, Outcome, Priority, UnitStatus } from "./words.ts";
import type { SummonsAnswer } from "./team.ts";
import { ulid } from "./ulid.ts";

export interface PlaceIn {
  lon: number;
  lat: number;
  radius_m: number;
  datum: Datum;
  source: string;
  confirmed?: boolean;
}

interface RoadsIn {
  reason: string;
  outline?: [number, number][];
  picks?: [number, number][];
  datum: Datum;
  begins?: Iso | null;
  ends?: Iso | null;
}

interface Ending {
  outcome: Outcome;
  risk_told?: boolean;
  signed?: boolean;
  witness?: string | null;
}

export const REVIEW_FOUND = ["unchanged", "worse", "better", "no_answer"] as const;
export type ReviewFound = (typeof REVIEW_FOUND)[number];

export interface Commands {
  "sign-on": { unit_id: string; crew: readonly string[]; names?: string | null };
  "sign-off": { unit_id: string };
  "take-out-of-service": { unit_id: string; reason: string; until?: Iso | null };
  "report-center-status": { center_id: string; topic: string; state: string; expires_at: Iso; reason?: string | null };
  "close-road": RoadsIn;
  "slow-roads": RoadsIn & { factor: number };
  "lift-road-measure": { measure_id: string; reason?: string | null };
  "receive-call": { number?: string | null; words?: string | null; complaint?: string | null; place?: PlaceIn | null; line?: string | null; incident_id?: string | null };
  "answer-call": { call_id: string; seat: string };
  "end-call": { call_id: string; reason?: string };
  "open-seat": { seat_id: string; kind: "call_taker" | "dispatcher" | "supervisor"; group?: string; extension?: string | null };
  "leave-seat": { seat_id: string };
  "hand-over-desk": { seat_id: string; to_seat_id: string };
  "take-incident": { incident_id: string; seat: string };
  "mark-number": { number: string; kind: "prank" | "nuisance" | "frequent" | "threat"; reason: string; expires_at: Iso };
  "lift-mark": { mark_id: string; reason: string };
  "claim-call": { call_id: string; seat: string };
  "hold-call": { call_id: string };
  "retrieve-call": { call_id: string };
  "transfer-call": { call_id: string; seat: string };
  "wrap-up-call": { call_id: string };
  "take-words": { call_id: string; words?: string | null; complaint?: string | null };
  "record-step": { call_id: string; question: string; answer?: string | null };
  "record-call-back": { call_id: string; outcome: "needs_help" | "no_need" | "no_answer" | "unreachable"; note?: string | null };
  "link-call": { call_id: string; incident_id: string };
  "locate": { incident_id: string; place: PlaceIn; words?: string | null };
  "choose-source": { incident_id: string; position_id: string; alternative?: number };
  "note-indoors": { incident_id: string; building?: string | null; floor?: string | null; room?: string | null; access?: string | null };
  "write-message": { link_id: string; text: string };
  "end-link": { link_id: string };
  "write-note": { incident_id: string; text: string };
  "add-patient": { incident_id: string };
  "identify-patient": { patient_id: string; name: string };
  "record-findings": { patient_id: string; findings: Findings };
  "set-priority": { incident_id: string; priority: Priority; reason?: string | null };
  "confirm-condition": { patient_id: string; condition: string };
  "assign-unit": { incident_id: string; unit_id: string; reason?: string | null; seen_status?: UnitStatus | null };
  "divert-unit": { incident_id: string; unit_id: string; reason: string };
  "report-status": { unit_id: string; status: UnitStatus; lon?: number | null; lat?: number | null; automatic?: boolean; assignment_id?: string | null };
  "end-assignment": { assignment_id: string; reason?: string | null } & Ending;
  "prealert-unit": { incident_id: string; unit_id: string };
  "acknowledge-standby": { unit_id: string };
  "stand-down-unit": { unit_id: string; reason?: string | null };
  "replace-unit": { assignment_id: string; unit_id: string };
  "review-held": { incident_id: string; found: ReviewFound; priority?: Priority | null; note?: string | null };
  "tell-service": { incident_id: string; service: Service; stand_off?: boolean };
  "confirm-service": { incident_id: string; service: Service; reference?: string | null };
  "stage-units": { incident_id: string };
  "clear-scene": { incident_id: string; by: string };
  "hold-incident": { incident_id: string; reason: string };
  "resume-incident": { incident_id: string };
  "close-incident": { incident_id: string; outcome?: Outcome | null; reason?: string | null };
  "reopen-incident": { incident_id: string; reason: string };
  "bind-monitor": { patient_id: string; device_id: string };
  "unbind-monitor": { patient_id: string; device_id: string };
  "record-vitals": { patient_id: string; vitals: Readonly<Record<string, number>> };
  "record-ecg": { patient_id: string; ecg_id: string; sample_rate_hz: number; leads: readonly string[]; device_id?: string | null };
  "read-ecg": { patient_id: string; ecg_id: string; reading: string; reader?: string | null };
  "give-treatment": { patient_id: string; code: string; dose?: string | null };
  "end-patient": { patient_id: string } & Ending;
  "choose-destination": { patient_id: string; center_id: string; chosen_by?: string; reason?: string | null; risk_told?: boolean };
  "pre-alert": { patient_id: string; center_id: string };
  "receive-activation": { activation_id: string };
  "acknowledge-activation": { activation_id: string };
  "report-team-ready": { activation_id: string };
  "accept-patient": { activation_id: string };
  "attach-photo": { patient_id: string; photo_id: string; size_bytes: number };
  "check-at-door": { activation_id: string; call_sign?: string | null; sex?: string | null; age_band?: string | null; code?: string | null };
  "cancel-activation": { activation_id: string; reason: string };
  "acknowledge-end": { activation_id: string };
  "reserve-resource": { activation_id: string; resource: string; minutes?: number };
  "report-resource-ready": { activation_id: string; resource: string };
  "release-resource": { reservation_id: string };
  "list-member": { center_id: string; name: string; roles: readonly string[]; phone?: string | null; member_id?: string | null };
  "remove-member": { center_id: string; member_id: string };
  "set-duty": { center_id: string; member_id: string; role: string; begins: Iso; ends: Iso; rank?: number; conditions?: readonly string[] };
  "lift-duty": { center_id: string; duty_id: string };
  "summon-member": { activation_id: string; member_id: string; role: string };
  "answer-summons": { activation_id: string; summons_id: string; answer: SummonsAnswer; minutes?: number | null; reason?: string | null };
  "count-resource": { center_id: string; resource: string; count: number };
  "correct-resource": { center_id: string; resource: string; state: "ready" | "busy" | "down"; reason?: string | null };
  "read-end": { activation_id: string };
  "describe-way": { center_id: string; where: string; entrance?: string | null; lift?: string | null; floor?: string | null; room?: string | null; note?: string | null };
  "choose-door": { activation_id: string; where: string; reason?: string | null };
  "record-consent": { patient_id: string; procedure: string; step: string; asked?: string; signer?: string | null; words?: string | null; approver?: string | null };
  "pre-register": { patient_id: string; temporary_id?: string | null };
  "merge-registration": { patient_id: string; hospital_id: string; reason?: string | null };
  "request-advice": { patient_id: string; question?: string | null };
  "join-patient": { patient_id: string; name?: string | null };
  "leave-patient": { patient_id: string };
  "end-reader-link": { patient_id: string; reader_link_id: string };
  "write-to-team": { patient_id: string; text: string };
  "give-order": { patient_id: string; code: string; dose?: string | null; note?: string | null; physician?: string | null };
  "answer-order": { patient_id: string; order_id: string; answer: "acknowledged" | "done" | "declined"; why?: string | null; words?: string | null; dose?: string | null };
  "withdraw-order": { patient_id: string; order_id: string; reason?: string | null };
  "complete-handoff": { patient_id: string; where: string; taken_by?: string | null; signed?: boolean };
  "sign-handoff": { patient_id: string; name: string };
  "dispute-handoff": { patient_id: string; about: string; words: string };
  "leave-time-point-open": { patient_id: string; point: string };
  "register-time-point": { patient_id: string; point: string; happened_at: Iso; delay_reason?: string | null };
  "correct-time-point": { patient_id: string; point: string; happened_at: Iso; reason: string; delay_reason?: string | null };
  "finish-task": { task_id: string; note?: string | null };
}
export type Slug = keyof Commands;

export interface SendOptions {
  /** When it happened, if not now. */
  readonly at?: Iso;
  /** Whose step this is, when entered from a voice report. */
  readonly entered_for?: string;
  /** A repeat of the same id is harmless; by default a new one. */
  readonly command_id?: string;
}

export interface Refusal {
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
  readonly text: Both;
}

export type Ids = Readonly<Record<string, string>>;
export type Answer = { readonly ok: true; readonly seq: number; readonly ids: Ids } | { readonly ok: false; readonly refusal: Refusal };

/** The journal's name of a command: `assign-unit` is `AssignUnit`. */
export function kindOf(slug: Slug): string {
  return slug.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}

/** Ask the desk; every "no" comes back as a refusal with a sentence, a broken network as the code `offline`. */
export async function send<S extends Slug>(slug: S, data: Commands[S], options: SendOptions = {}): Promise<Answer> {
  const body = { command_id: ulid(), ...options, data };
  try {
    const { seq, ids } = await api<{ seq: number; ids: Ids }>(`/api/commands/${slug}`, { method: "POST", body });
    return { ok: true, seq, ids };
  } catch (error) {
    if (error instanceof HttpRefused) return { ok: false, refusal: refusalFrom(error.status, error.body) };
    if (error instanceof TypeError) return { ok: false, refusal: OFFLINE };
    throw error;
  }
}

export const OFFLINE: Refusal = {
  code: "offline",
  params: {},
  text: { zh: "网络不通，没有送达", en: "No network: it was not sent" },
};

/** Read a refusal from an answer's body, whatever its shape. */
export function refusalFrom(status: number, body: unknown): Refusal {
  const fields = (typeof body === "object" && body !== null ? body : {}) as Partial<Refusal> & { field?: string };
  const params = fields.params ?? (fields.field === undefined ? {} : { field: fields.field });
  const fallback = { zh: `服务器拒绝了请求（${status}）`, en: `The server refused the request (${status})` };
  return { code: fields.code ?? `http_${status}`, params, text: fields.text ?? fallback };
}
