/** A department's people and whom an activation has summoned, as `dispatch/state/team.py` keeps them; and how a role stands. Pure. */
import type { Iso } from "./words.ts";

export const TEAM_ROLES = [
  "interventional_cardiologist", "cardiologist", "cath_nurse", "radiographer", "neurologist", "neuro_interventionist", "laboratory",
  "trauma_surgeon", "vascular_surgeon", "anaesthetist", "or_nurse", "emergency_physician", "blood_bank", "obstetrician", "midwife",
  "neonatologist", "neonatal_nurse", "paediatric_intensivist", "perfusionist",
] as const;
export type TeamRole = (typeof TEAM_ROLES)[number];

export const DECLINES = ["in_procedure", "too_far", "ill", "swapped", "other"] as const;
export type SummonsAnswer = "coming" | "in_place" | "declined";
export type SummonsPhase =
  | "calling" | "delivered" | "undelivered" | "lapsed" | "coming" | "in_place" | "declined" | "standing_down" | "stood_down";

export interface Duty {
  readonly id: string;
  readonly role: string;
  readonly begins: Iso;
  readonly ends: Iso;
  readonly rank: number;
  readonly conditions: readonly string[];
}

export interface Member {
  readonly id: string;
  readonly center_id: string;
  readonly roles: readonly string[];
  readonly name: string;
  readonly phone: string | null;
  /** Since when this person's own device may be pushed to. */
  readonly push_since: Iso | null;
  readonly duties: readonly Duty[];
}

export interface Summons {
  readonly id: string;
  readonly member_id: string;
  readonly role: string;
  readonly phase: SummonsPhase;
  readonly summoned_at: Iso;
  readonly answer_by: Iso;
  readonly by_hand: boolean;
  readonly attempt: number;
  readonly ways: readonly string[];
  readonly answered_at: Iso | null;
  /** In how many minutes they come, as they said when they answered. */
  readonly minutes: number | null;
  readonly reason: string | null;
}

/** How one role stands: the best that anybody summoned for it has said, and whose word it is. */
export interface RoleState {
  readonly role: string;
  readonly phase: SummonsPhase;
  readonly summons: Summons;
  /** Minutes until they come, counting down; null when nobody said. */
  readonly minutes: number | null;
}

const BEST_FIRST: readonly SummonsPhase[] = ["in_place", "coming", "delivered", "calling", "lapsed", "undelivered", "declined", "standing_down", "stood_down"];

export function roleStates(summonses: readonly Summons[], nowMs: number): readonly RoleState[] {
  const roles = [...new Set(summonses.map((each) => each.role))];
  return roles.flatMap((role) => {
    const [best] = summonses.filter((each) => each.role === role).sort((a, b) => BEST_FIRST.indexOf(a.phase) - BEST_FIRST.indexOf(b.phase) || b.summoned_at.localeCompare(a.summoned_at));
    return best === undefined ? [] : [{ role, phase: best.phase, summons: best, minutes: minutesLeft(best, nowMs) }];
  });
}

function minutesLeft(summons: Summons, nowMs: number): number | null {
  if (summons.phase !== "coming" || summons.minutes === null || summons.answered_at === null) return null;
  return Math.max(0, Math.ceil((Date.parse(summons.answered_at) + summons.minutes * 60_000 - nowMs) / 60_000));
}

/** Who is on duty at a minute, first whom the roster asks first. */
export function onDuty(members: Iterable<Member>, nowMs: number): readonly { readonly member: Member; readonly duty: Duty }[] {
  const now = [...members].flatMap((member) => member.duties.filter((duty) => Date.parse(duty.begins) <= nowMs && nowMs < Date.parse(duty.ends)).map((duty) => ({ member, duty })));
  const order = (role: string): number => TEAM_ROLES.indexOf(role as TeamRole);
  return now.sort((a, b) => order(a.duty.role) - order(b.duty.role) || a.duty.rank - b.duty.rank || a.member.id.localeCompare(b.member.id));
}

/** One sign per state, so that nobody needs the colour. */
export const SIGN: Readonly<Record<SummonsPhase, string>> = {
  calling: "…", delivered: "…", undelivered: "✕", lapsed: "?", coming: "→", in_place: "✓", declined: "✕", standing_down: "↩", stood_down: "↩",
};
