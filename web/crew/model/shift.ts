/** What a tablet may keep from one run to the next, and from one crew to the next: nothing about a patient. */
import type { Unit } from "@shared/rows.ts";

/** What a person has typed or opened and not yet sent: it survives a reload, not the end of its run. */
export interface Forms {
  readonly incidentId: string | null;
  readonly tab: string;
  readonly patientId: string | null;
  readonly note: string;
}
export const EMPTY_FORMS: Forms = { incidentId: null, tab: "run", patientId: null, note: "" };

/** The forms for the incident on screen: those of another one are of another patient. */
export function formsFor(forms: Forms, incidentId: string | null): Forms {
  return forms.incidentId === incidentId ? forms : { ...EMPTY_FORMS, incidentId };
}

/** Whether the people aboard have changed: signed off, or another crew has taken over. */
export function crewHasChanged(before: Unit | null, after: Unit | null): boolean {
  if (before === null || after === null || before.crew.length === 0) return false;
  return after.crew.length === 0 || (before.crew_names !== null && after.crew_names !== null && before.crew_names !== after.crew_names);
}
