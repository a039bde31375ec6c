/** The way of the current leg: where the vehicle is on it, what comes next, and when it has left it. Pure. */
import type { Both, UnitStatus } from "@shared/words.ts";

export interface Step {
  readonly text: Both;
  readonly distance_m: number;
}

export interface Way {
  /** Unit and goal this way is for. */
  readonly key: string;
  readonly steps: readonly Step[];
  readonly geometry: { readonly coordinates: readonly (readonly [number, number])[] };
  readonly distance_m: number;
}

export interface Ahead {
  /** To the beginning of the first of `steps`. */
  readonly in_m: number;
  readonly steps: readonly Step[];
}

/** Farther from its way than this the vehicle drives another one: twice the width of an avenue and a bad fix. */
export const OFF_WAY_M = 80;
const SHOWN = 3;
const METRES_PER_DEGREE = 111_195;

const TO_SCENE: ReadonlySet<UnitStatus> = new Set(["accepted", "en_route"]);
const TO_CENTER: ReadonlySet<UnitStatus> = new Set(["patient_loaded", "transporting"]);

type Place = { readonly lon: number; readonly lat: number };

/** Where the vehicle drives to now; null while hands are on the patient. */
export function goalOf(status: UnitStatus, scene: Place | null, center: Place | null): Place | null {
  return TO_SCENE.has(status) ? scene : TO_CENTER.has(status) ? center : null;
}

/** How far along the way a place is, and how far beside it, in metres. */
export function along(way: Way, at: Place): { readonly done_m: number; readonly beside_m: number } {
  const wide = METRES_PER_DEGREE * Math.cos((at.lat * Math.PI) / 180);
  const flat = way.geometry.coordinates.map(([lon, lat]) => [(lon - at.lon) * wide, (lat - at.lat) * METRES_PER_DEGREE] as const);
  let [before, best] = [0, { done_m: 0, beside_m: flat[0] === undefined ? Infinity : Math.hypot(...flat[0]) }];
  for (let nth = 1; nth < flat.length; nth += 1) {
    const [[ax, ay], [bx, by]] = [flat[nth - 1] ?? [0, 0], flat[nth] ?? [0, 0]];
    const length = Math.hypot(bx - ax, by - ay);
    const share = length === 0 ? 0 : Math.min(1, Math.max(0, -(ax * (bx - ax) + ay * (by - ay)) / length ** 2));
    const beside = Math.hypot(ax + share * (bx - ax), ay + share * (by - ay));
    if (beside < best.beside_m) best = { done_m: before + share * length, beside_m: beside };
    before += length;
  }
  return best;
}

/** The next steps from a place on the way. */
export function ahead(way: Way, done_m: number): Ahead {
  let begins = 0;
  for (const [nth, { distance_m }] of way.steps.entries()) {
    if (begins > done_m || nth === way.steps.length - 1) return { in_m: Math.max(0, begins - done_m), steps: way.steps.slice(nth, nth + SHOWN) };
    begins += distance_m;
  }
  return { in_m: 0, steps: [] };
}
