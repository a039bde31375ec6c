/** What a seat may do, as `dispatch.command_roles.RIGHTS` says; keys that would be refused are not shown. Pure. */
import type { Slug } from "@shared/commands.ts";
import type { Role } from "@shared/words.ts";

/** A call-taker takes calls and may send the first unit; the run belongs to the dispatcher. */
const NOT_FOR_CALL_TAKERS: ReadonlySet<Slug> = new Set<Slug>([
  "sign-on", "sign-off", "take-out-of-service", "divert-unit", "replace-unit", "report-status", "end-assignment", "reopen-incident", "end-patient",
  "choose-destination", "pre-alert", "cancel-activation", "acknowledge-activation", "report-team-ready", "answer-summons", "summon-member", "report-center-status", "reserve-resource", "report-resource-ready", "release-resource", "complete-handoff", "correct-time-point",
  "accept-patient", "acknowledge-end", "acknowledge-standby", "read-end", "check-at-door", "count-resource", "correct-resource", "give-treatment", "record-vitals",
  "describe-way", "choose-door", "record-consent", "pre-register", "merge-registration", "give-order", "answer-order", "withdraw-order", "sign-handoff", "dispute-handoff", "leave-time-point-open",
  "close-road", "slow-roads", "lift-road-measure", "lift-mark",
]);

export function may(role: Role, slug: Slug): boolean {
  return role !== "call_taker" || !NOT_FOR_CALL_TAKERS.has(slug);
}
