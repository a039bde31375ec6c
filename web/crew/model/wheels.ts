/**
 * Wheels stopped: the vehicle stands near where it drives to. Only then does a place register an arrival by itself; a red
 * light on the way is too far, a slow crawl past the door is no stop.
 */
import { distanceM } from "@shared/distance.ts";
import type { CrewRows } from "./mirror.ts";

/** The numbers of `dispatch/rules.toml`. */
export interface Wheels {
  readonly still_mps: number;
  readonly still_s: number;
  readonly scene_m: number;
  readonly gate_m: number;
}

export interface SeenFix {
  readonly lon: number;
  readonly lat: number;
  /** What the receiver says; null: it does not. */
  readonly speed: number | null;
  readonly atMs: number;
}

export interface Goal {
  readonly status: "on_scene" | "at_hospital";
  readonly lon: number;
  readonly lat: number;
  readonly radius_m: number;
}

/** How long the vehicle has stood at one goal; null: it moves, or is elsewhere. */
export interface Standing {
  readonly goal: string;
  readonly sinceMs: number;
  readonly last: SeenFix;
}

/** Beyond this a place is only a region: arriving there is for the crew to say. */
const PLACE_RADIUS_MOST_M = 100;

/** Where this unit drives to and may arrive by standing there. Units that stand off wait elsewhere on purpose. */
export function goalOf(rows: CrewRows, wheels: Wheels): Goal | null {
  const { unit, incident, patients, centers } = rows;
  if (unit === null) return null;
  const place = incident?.place ?? null;
  if ((unit.status === "accepted" || unit.status === "en_route") && place !== null && incident?.staging?.phase !== "staged" && place.radius_m <= PLACE_RADIUS_MOST_M) {
    return { status: "on_scene", lon: place.lon, lat: place.lat, radius_m: wheels.scene_m };
  }
  if (unit.status !== "transporting") return null;
  const center = centers.find((each) => patients.some((patient) => patient.center_id === each.id));
  return center === undefined ? null : { status: "at_hospital", lon: center.lon, lat: center.lat, radius_m: wheels.gate_m };
}

/** What one more fix means: still standing since when, and whether that is an arrival. */
export function stood(before: Standing | null, fix: SeenFix, goal: Goal | null, wheels: Wheels): { readonly standing: Standing | null; readonly arrivedMs: number | null } {
  if (goal === null || distanceM(fix, goal) > goal.radius_m) return { standing: null, arrivedMs: null };
  const name = `${goal.status}/${goal.lon},${goal.lat}`;
  const known = before?.goal === name ? before : null;
  const elapsedS = known === null ? 0 : (fix.atMs - known.last.atMs) / 1000;
  const speed = fix.speed ?? (known === null || elapsedS <= 0 ? 0 : distanceM(fix, known.last) / elapsedS);
  if (speed > wheels.still_mps) return { standing: null, arrivedMs: null };
  const sinceMs = known?.sinceMs ?? fix.atMs;
  const standing = { goal: name, sinceMs, last: fix };
  return { standing, arrivedMs: fix.atMs - sinceMs >= wheels.still_s * 1000 ? sinceMs : null };
}
