/** Which units the board shows, and the counts above it. Pure. */
import type { Unit } from "@shared/rows.ts";
import type { UnitStatus } from "@shared/words.ts";

export const STATUS_ORDER: readonly UnitStatus[] = [
  "available", "assigned", "accepted", "en_route", "on_scene", "at_patient", "patient_loaded", "transporting", "at_hospital",
  "stretcher_held", "handed_over", "cleaning", "returning", "out_of_service",
];

/** What can be sent, what is on a run, what cannot be sent: the three questions of a dispatcher. */
export type Group = "all" | "free" | "busy" | "off";
export const GROUPS: readonly Group[] = ["all", "free", "busy", "off"];

const FREE: ReadonlySet<UnitStatus> = new Set<UnitStatus>(["available", "returning"]);
const OFF: ReadonlySet<UnitStatus> = new Set<UnitStatus>(["out_of_service"]);
/** Nobody has been touched yet: the unit may be diverted. */
export const DIVERTIBLE: ReadonlySet<UnitStatus> = new Set<UnitStatus>(["assigned", "accepted", "en_route"]);

export function groupOf(unit: Pick<Unit, "status" | "crew">): Exclude<Group, "all"> {
  if (OFF.has(unit.status)) return "off";
  if (!FREE.has(unit.status)) return "busy";
  return unit.crew.length === 0 ? "off" : "free";
}

export const NEEDED_CREW: readonly string[] = ["doctor", "nurse", "driver"];

/** Who is missing on board before the unit may be available. */
export function missingCrew(crew: readonly string[]): readonly string[] {
  return NEEDED_CREW.filter((role) => !crew.includes(role));
}

export interface Filter {
  readonly group: Group;
  readonly status: UnitStatus | null;
  readonly words: string;
}

export const EVERYTHING: Filter = { group: "all", status: null, words: "" };

/** Show a unit when it is in the group, has the status, and its call sign, station or status word holds every word. */
export function matches(unit: Unit, filter: Filter, statusWord: string): boolean {
  if (filter.status !== null && unit.status !== filter.status) return false;
  if (filter.group !== "all" && groupOf(unit) !== filter.group) return false;
  const text = `${unit.call_sign} ${unit.station_name} ${unit.id} ${statusWord}`.toLowerCase();
  return filter.words.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** One collator for all comparisons: making it is what costs. */
const BY_NUMBER = new Intl.Collator("zh-CN", { numeric: true });

/** Order by call sign, numbers by their value: the board never reorders by itself. */
export function byCallSign(a: Unit, b: Unit): number {
  return BY_NUMBER.compare(a.call_sign, b.call_sign) || (a.id < b.id ? -1 : 1);
}

export function countByStatus(units: Iterable<Unit>): ReadonlyMap<UnitStatus, number> {
  const counts = new Map<UnitStatus, number>();
  for (const { status } of units) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}
