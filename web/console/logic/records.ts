/** The closed lists of what a seat may enter for a centre. Pure. */
import type { Activation, Center, CenterStatus } from "@shared/rows.ts";

/** What can be held for one patient, as `Resource` in `center_protocols/vocabulary.py` lists it. */
export const RESOURCES = [
  "cath_lab", "ct", "or", "obstetric_or", "delivery_room", "resus_bay", "icu", "nicu", "picu", "ecmo", "blood", "transport_incubator",
] as const;

/** Where a patient can be handed over: the ED, or what bypasses it (`Bypass`). */
export const HANDOFF_PLACES = [
  "ed", "resus_bay", "cath_lab", "ct", "cta", "angio_suite", "or", "icu", "picu", "nicu", "delivery_suite", "obstetric_or", "ecpr_suite",
] as const;

/** How long a status may stand, minutes; the first is the usual one. Expired means unknown. */
export const VALID_MIN = [120, 30, 60, 240, 480] as const;

export interface Saying {
  readonly topic: string;
  readonly state: string;
}

/** Everything a centre can say: the whole house first, then each resource busy or down. */
export const SAYINGS: readonly Saying[] = [
  ...["full", "diversion", "no_bed"].map((topic) => ({ topic, state: "busy" })),
  ...RESOURCES.flatMap((topic) => ["busy", "closed"].map((state) => ({ topic, state }))),
];

export function sayingOf({ topic, state }: Pick<CenterStatus, "topic" | "state">): Saying {
  return { topic, state };
}

/** A topic that this page has words for; a wall may say more about itself. */
function isKnown({ topic }: Pick<CenterStatus, "topic">): boolean {
  return SAYINGS.some((each) => each.topic === topic);
}

/** What a centre has said that costs something now. */
export function standing(center: Pick<Center, "statuses">, nowMs: number): readonly CenterStatus[] {
  return Object.values(center.statuses).filter((each) => (each.state === "busy" || each.state === "closed") && isKnown(each) && Date.parse(each.expires_at) > nowMs);
}

/** What is not held yet, what the protocol asks for first. */
export function reservable(activation: Pick<Activation, "activate" | "reservations">): readonly string[] {
  const held = new Set(activation.reservations.filter(({ ended }) => ended === null).map(({ resource }) => resource));
  const wanted = (resource: string): number => (activation.activate.includes(resource) ? 0 : 1);
  return RESOURCES.filter((each) => !held.has(each)).toSorted((a, b) => wanted(a) - wanted(b));
}
