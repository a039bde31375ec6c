/** Rows as marks on the map. Pure: tables, fixes and the hour in, marks out. */
import type { Center, Incident, Unit } from "@shared/rows.ts";
import type { Priority, UnitStatus } from "@shared/words.ts";
import type { Fix } from "../store/positions.ts";
import { STATUS_SHAPES } from "../ui/status_shapes.ts";

/** Older than this a position is dimmed: the unit may be elsewhere by now. */
const STALE_AFTER_S = 60;

export interface Chosen {
  readonly incidentId: string | null;
  readonly unitIds: ReadonlySet<string>;
  readonly centerIds: ReadonlySet<string>;
}

export interface Mark {
  readonly id: string;
  /** WGS-84. */
  readonly lon: number;
  readonly lat: number;
  readonly chosen: boolean;
}

export interface UnitMark extends Mark {
  readonly status: UnitStatus;
  readonly sign: string;
  readonly heading_deg: number;
  /** Drawn dimmed. */
  readonly stale: boolean;
  /** How old the fix is, in words; empty while it is fresh. */
  readonly age: string;
}

export interface IncidentMark extends Mark {
  readonly number: string;
  readonly priority: Priority | null;
  /** Nobody is on the way yet. */
  readonly waits: boolean;
}

export interface CenterMark extends Mark {
  readonly name: string;
}

/** Units at their last fix; without one at their station, dimmed like an old one. */
export function unitMarks(units: Iterable<Unit>, fixes: ReadonlyMap<string, Fix>, now: number, chosen: Chosen): UnitMark[] {
  return [...units].map((unit) => {
    const fix = fixes.get(unit.id);
    const age_s = fix === undefined ? null : Math.max(0, (now - Date.parse(fix.fix_at)) / 1000);
    const parked = unit.status === "available" || unit.status === "out_of_service" || unit.status === "at_hospital";
    const stale = age_s === null || (age_s > STALE_AFTER_S && !parked);
    return {
      id: unit.id,
      lon: fix?.lon ?? unit.lon,
      lat: fix?.lat ?? unit.lat,
      chosen: chosen.unitIds.has(unit.id),
      status: unit.status,
      sign: unit.call_sign,
      heading_deg: STATUS_SHAPES[unit.status].turns ? (fix?.heading_deg ?? 0) : 0,
      stale,
      // To ten seconds: an age that ticks is unrest, not news.
      age: stale && age_s !== null ? `${Math.round(age_s / 10) * 10} s` : "",
    };
  });
}

export function incidentMarks(incidents: Iterable<Incident>, chosen: Chosen): IncidentMark[] {
  return [...incidents].flatMap(({ id, number, priority, phase, place }) => {
    if (place === null || phase === "closed") return [];
    return [{ id, lon: place.lon, lat: place.lat, chosen: id === chosen.incidentId, number, priority, waits: phase !== "underway" }];
  });
}

export function centerMarks(centers: Iterable<Center>, chosen: Chosen): CenterMark[] {
  return [...centers].map(({ id, lon, lat, name }) => ({ id, lon, lat, chosen: chosen.centerIds.has(id), name }));
}

const EARTH_RADIUS_M = 6_371_008.8;
const CORNERS = 64;

/** A circle on the ground as a ring of points; good to a metre for radii of a city. */
export function circle(lon: number, lat: number, radius_m: number): [number, number][] {
  const up = (radius_m / EARTH_RADIUS_M) * (180 / Math.PI);
  const across = up / Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: CORNERS + 1 }, (_, corner) => {
    const turn = (corner / CORNERS) * 2 * Math.PI;
    return [lon + across * Math.sin(turn), lat + up * Math.cos(turn)];
  });
}
