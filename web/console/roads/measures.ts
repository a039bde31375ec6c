/** Measures in the order of their numbers, and as the map draws them. Pure. */
import type { RoadMeasure } from "@shared/rows.ts";
import type { LonLat, Mode } from "./draft.ts";

export interface MeasureFeature {
  readonly type: "Feature";
  readonly properties: { readonly closed: boolean; readonly waits: boolean; readonly word: string };
  readonly geometry: { readonly type: "Polygon"; readonly coordinates: [number, number][][] } | { readonly type: "LineString"; readonly coordinates: [number, number][] };
}

/** The oldest first: a number stays with its measure while it stands. */
export function inOrder(measures: Iterable<RoadMeasure>): readonly RoadMeasure[] {
  return [...measures].sort((a, b) => a.set_at.localeCompare(b.set_at) || a.id.localeCompare(b.id));
}

export function hasBegun(measure: RoadMeasure, nowMs: number): boolean {
  return Date.parse(measure.begins) <= nowMs;
}

const pairs = (points: readonly LonLat[]): [number, number][] => points.map(([lon, lat]) => [lon, lat]);
const ring = (points: readonly LonLat[]): [number, number][] => pairs([...points, ...points.slice(0, 1)]);

/** The outline of each measure, and the line of each road that was picked. */
export function measureFeatures(measures: readonly RoadMeasure[], nowMs: number, word: (measure: RoadMeasure, number: number) => string): MeasureFeature[] {
  return measures.flatMap((measure, place) => {
    const properties = { closed: measure.factor === null, waits: !hasBegun(measure, nowMs), word: word(measure, place + 1) };
    const area = measure.outline.length === 0 ? [] : [{ type: "Feature" as const, properties, geometry: { type: "Polygon" as const, coordinates: [ring(measure.outline)] } }];
    const lines = measure.lines.map((line) => ({ type: "Feature" as const, properties, geometry: { type: "LineString" as const, coordinates: pairs(line) } }));
    return [...area, ...lines];
  });
}

/** What is being drawn: its corners, and from the second on the line between them. */
export function draftFeatures(mode: Mode | null, points: readonly LonLat[]): { type: "Feature"; properties: Record<string, never>; geometry: { type: "Point"; coordinates: [number, number] } | { type: "LineString"; coordinates: [number, number][] } }[] {
  const corners = pairs(points).map((coordinates) => ({ type: "Feature" as const, properties: {}, geometry: { type: "Point" as const, coordinates } }));
  if (mode !== "outline" || points.length < 2) return corners;
  return [{ type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: ring(points) } }, ...corners];
}
