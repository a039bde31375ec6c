/** The one condition that names an incident in a line. Pure. */
import type { FiredCondition, Patient } from "@shared/rows.ts";

/** What outranks what when several fire: minutes of brain and heart first. */
const ORDER = [
  "cardiac_arrest", "imminent_delivery", "stemi", "aortic_dissection", "stroke_lvo", "trauma_red", "critical_newborn", "critical_child",
  "critical_pregnancy", "stroke", "critical_other", "acs_non_st", "trauma_yellow", "other",
];

const rank = (condition: FiredCondition): number => {
  const place = ORDER.indexOf(condition.code);
  return (place < 0 ? ORDER.length : place) + (condition.status === "confirmed" ? 0 : 0.5);
};

/** The gravest condition of all patients; `other` names nothing, so it is left out. */
export function headline(patients: readonly Pick<Patient, "conditions">[]): FiredCondition | null {
  const all = patients.flatMap(({ conditions }) => conditions).filter(({ code }) => code !== "other");
  return all.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}
