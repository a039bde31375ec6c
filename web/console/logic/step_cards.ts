/** What the call-taker tells the caller to do until the crew is there; chosen as `center_protocols.call_triage.step_cards` does. Pure. */
import type { Patient } from "@shared/rows.ts";
import { findingAt, type AgeFinding } from "./questions.ts";

export const STEPS = {
  telephone_cpr: ["phone_on_speaker", "flat_on_back", "hands", "push", "count", "aed", "until_crew"],
  telephone_cpr_breaths: ["phone_on_speaker", "flat_on_back", "breaths", "push_child", "until_crew"],
  choking: ["ask_cough", "back_blows", "thrusts", "infant", "collapse"],
  bleeding: ["press", "no_peeking", "tourniquet", "lie_down", "warm"],
  delivery: ["do_not_hold_back", "support_head", "dry_and_warm", "do_not_pull_cord", "placenta", "bleeding"],
  seizure: ["clear_space", "do_not_hold", "time_it", "side"],
  chest_pain: ["sit_still", "no_driving", "aspirin", "medicines_ready", "if_collapses"],
  stroke: ["note_time", "nothing_by_mouth", "side", "medicines_ready", "no_driving"],
} as const;
export type StepCard = keyof typeof STEPS;

/** The minutes that a card registers, as `center_protocols.call_triage.CLOCKS` says; last known well is a question. */
export const CLOCKS: Readonly<Record<StepCard, readonly ("arrest_recognised" | "tcpr_started" | "first_compression" | "birth")[]>> = {
  telephone_cpr: ["arrest_recognised", "tcpr_started", "first_compression"],
  telephone_cpr_breaths: ["arrest_recognised", "tcpr_started", "first_compression"],
  choking: [],
  bleeding: [],
  delivery: ["birth"],
  seizure: [],
  chest_pain: [],
  stroke: [],
};

/** `newborn_child.child_below` of the thresholds, in years. */
const CHILD_BELOW_YEARS = 16;
const YEARS_IN = { years: 1, months: 1 / 12, days: 1 / 365 } as const;

/** The cards to read out now, the most urgent first; an arrest leaves no time for another. */
export function stepCards(patient: Pick<Patient, "findings" | "conditions" | "activate">): readonly StepCard[] {
  const yes = (...paths: string[]): boolean => paths.some((path) => findingAt(patient.findings, path) === "yes");
  const has = (...codes: string[]): boolean => patient.conditions.some(({ code }) => codes.includes(code));
  if (patient.activate.includes("telephone_cpr")) {
    return [yes("arrest.drowning_or_asphyxia", "choking") || isChild(patient) ? "telephone_cpr_breaths" : "telephone_cpr"];
  }
  const wanted: Readonly<Partial<Record<StepCard, boolean>>> = {
    choking: yes("choking", "airway_obstructed"),
    bleeding: yes("severe_bleeding", "trauma.bleeding_needs_tourniquet_or_packing"),
    delivery: has("imminent_delivery"),
    seizure: yes("critical.status_epilepticus", "child.fitting_now"),
    chest_pain: yes("chest_pain.present"),
    stroke: has("stroke", "stroke_lvo"),
  };
  return (Object.keys(STEPS) as StepCard[]).filter((card) => wanted[card] === true);
}

function isChild({ findings }: Pick<Patient, "findings">): boolean {
  const age = findingAt(findings, "age") as unknown as AgeFinding | undefined;
  if (age !== undefined) return age.value * YEARS_IN[age.unit] < CHILD_BELOW_YEARS;
  const complaint = findingAt(findings, "complaint");
  return complaint === "sick_child" || complaint === "newborn";
}
