/** Which open incidents a call may be about as well: near in place and time. Pure. */
import type { Incident } from "@shared/rows.ts";

export interface Near {
  readonly incident: Incident;
  readonly distance_m: number;
}

/** Two calls about one accident come from within this circle … */
const NEAR_M = 500;
/** … and within this time. */
const NEAR_MS = 45 * 60_000;
const EARTH_RADIUS_M = 6_371_008.8;

/** Open incidents near this one, the nearest first; the radius of both fixes counts as nearness. */
export function nearby(incident: Incident, others: readonly Incident[]): readonly Near[] {
  const { place } = incident;
  if (place === null) return [];
  return others
    .flatMap((other): Near[] => {
      if (other.id === incident.id || other.place === null) return [];
      const distance_m = distance(place.lon, place.lat, other.place.lon, other.place.lat);
      const isNear = distance_m <= NEAR_M + place.radius_m + other.place.radius_m;
      return isNear && Math.abs(Date.parse(other.opened_at) - Date.parse(incident.opened_at)) <= NEAR_MS ? [{ incident: other, distance_m }] : [];
    })
    .sort((a, b) => a.distance_m - b.distance_m);
}

/** Great-circle distance by the haversine formula, in metres. */
export function distance(lon_a: number, lat_a: number, lon_b: number, lat_b: number): number {
  const rad = Math.PI / 180;
  const h = Math.sin(((lat_b - lat_a) * rad) / 2) ** 2 + Math.cos(lat_a * rad) * Math.cos(lat_b * rad) * Math.sin(((lon_b - lon_a) * rad) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(h));
}
