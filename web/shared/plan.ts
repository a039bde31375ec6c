/** Whom to call in which order: what is done, what has a clock already, what still waits for its beginning. */
import type { Iso } from "./words.ts";

export interface PlannedActivation {
  readonly order: number;
  readonly code: string;
  readonly since: string;
  readonly within_min: number;
  readonly source: string;
  /** The minute that shows it done. */
  readonly shown_by: string | null;
}

export interface PlanStep {
  readonly code: string;
  readonly order: number;
  /** When the register shows it done. */
  readonly doneAt: Iso | null;
  /** By when, once the minute from which it counts is known; ms. */
  readonly dueMs: number | null;
  readonly since: string;
  readonly withinMin: number;
}

export function planSteps(plan: readonly PlannedActivation[], at: (point: string) => Iso | null): readonly PlanStep[] {
  return plan.map((step) => {
    const since = at(step.since);
    return {
      code: step.code,
      order: step.order,
      doneAt: step.shown_by === null ? null : at(step.shown_by),
      dueMs: since === null ? null : Date.parse(since) + step.within_min * 60_000,
      since: step.since,
      withinMin: step.within_min,
    };
  });
}
