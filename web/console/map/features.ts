/** Rows as map features. Pure: tables, fixes and the hour in, points out. */
import type { Center, Incident, Unit } from "@shared/rows.ts";
import type { Fix } from "../store/positions.ts";
import { STATUS_SHAPES } from "../ui/status_shapes.ts";
import type { PointFeature } from "./diff.ts";

/** Older than this a position is dimmed: the unit may be elsewhere by now. */
export const STALE_AFTER_S = 60;

export interface Chosen {
  readonly incidentId: string | null;
  readonly unitIds: ReadonlySet<string>;
  readonly centerIds: ReadonlySet<string>;
}

/** Units at their last fix; without one at their station, dimmed like an old one. */
export function unitFeatures(units: Iterable<Unit>, fixes: ReadonlyMap<string, Fix>, now: number, chosen: Chosen): PointFeature[] {
  return [...units].map((unit) => {
    const fix = fixes.get(unit.id);
    const age_s = fix === undefined ? null : Math.max(0, (now - Date.parse(fix.fix_at)) / 1000);
    const parked = unit.status === "available" || unit.status === "out_of_service" || unit.status === "at_hospital";
    const stale = age_s === null || (age_s > STALE_AFTER_S && !parked);
    return {
      id: unit.id,
      lon: fix?.lon ?? unit.lon,
      lat: fix?.lat ?? unit.lat,
      properties: {
        status: unit.status,
        sign: unit.call_sign,
        heading: STATUS_SHAPES[unit.status].turns ? Math.round(fix?.heading_deg ?? 0) : 0,
        stale,
        // To ten seconds: an age that ticks would redraw every stale unit every second.
        age: stale && age_s !== null ? `${Math.round(age_s / 10) * 10} s` : "",
        chosen: chosen.unitIds.has(unit.id),
      },
    };
  });
}

export function incidentFeatures(incidents: Iterable<Incident>, chosen: Chosen): PointFeature[] {
  return [...incidents].flatMap((incident) => {
    if (incident.place === null || incident.phase === "closed") return [];
    const waits = incident.phase !== "underway";
    const properties = { number: incident.number, priority: incident.priority ?? "none", waits, chosen: incident.id === chosen.incidentId };
    return [{ id: incident.id, lon: incident.place.lon, lat: incident.place.lat, properties }];
  });
}

export function centerFeatures(centers: Iterable<Center>, chosen: Chosen): PointFeature[] {
  return [...centers].map((center) => ({
    id: center.id,
    lon: center.lon,
    lat: center.lat,
    properties: { name: center.name, chosen: chosen.centerIds.has(center.id) },
  }));
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
