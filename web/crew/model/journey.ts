/** The journey as the tablet offers it: the next step, what can be skipped to, and what can still be filled in. */
import { JOURNEY } from "@shared/journey.ts";
import type { Assignment } from "@shared/rows.ts";
import type { Iso, UnitStatus } from "@shared/words.ts";

/** The steps of a run in order; `stretcher_held` is a state on the way, never the next step. */
export const STEPS = [
  "accepted", "en_route", "on_scene", "at_patient", "patient_loaded", "transporting", "at_hospital", "handed_over",
] as const satisfies readonly UnitStatus[];
export type Step = (typeof STEPS)[number];

const RUN: readonly UnitStatus[] = ["assigned", ...STEPS.slice(0, 7), "stretcher_held", "handed_over"];

/** The minute that each step registers on the assignment. */
export const STEP_POINT: Readonly<Partial<Record<UnitStatus, string>>> = {
  accepted: "unit_accepted",
  en_route: "unit_en_route",
  on_scene: "unit_on_scene",
  at_patient: "patient_contact",
  patient_loaded: "patient_loaded",
  transporting: "depart_scene",
  at_hospital: "arrival_gate",
  handed_over: "handoff_complete",
};

/** The one big key: the first step of the table. */
export function nextStep(status: UnitStatus): UnitStatus | null {
  return JOURNEY[status][0] ?? null;
}

export function mayMove(from: UnitStatus, to: UnitStatus): boolean {
  return JOURNEY[from].includes(to);
}

/** True while a report names a step of the run that is already passed: it fills the register and moves nothing. */
export function isLate(status: UnitStatus, to: UnitStatus): boolean {
  return RUN.includes(status) && RUN.includes(to) && RUN.indexOf(to) <= RUN.indexOf(status);
}

export interface StepRow {
  readonly step: Step;
  /** done: has its minute; missed: passed without one; open: can be reported now; later: not yet. */
  readonly state: "done" | "missed" | "open" | "later";
  readonly at: Iso | null;
}

/** Every step of the run with what can be done about it. */
export function stepRows(status: UnitStatus, assignment: Assignment | null): readonly StepRow[] {
  return STEPS.map((step) => {
    const at = assignment?.points[STEP_POINT[step] ?? ""]?.at ?? null;
    if (at !== null) return { step, state: "done", at };
    if (isLate(status, step)) return { step, state: "missed", at };
    return { step, state: mayMove(status, step) ? "open" : "later", at };
  });
}

/** Whether a unit is on a run, by its status alone. */
export function onRun(status: UnitStatus): boolean {
  return RUN.includes(status);
}
