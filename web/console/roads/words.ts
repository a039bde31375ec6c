/** Measures as the operator's words. */
import { hhmm } from "@shared/format.ts";
import type { RoadMeasure } from "@shared/rows.ts";
import { listed, t } from "../texts.ts";

const NAMES_SHOWN = 3;

/** 封路, or 慢行 ×3. */
export function kindWord(measure: RoadMeasure): string {
  return measure.factor === null ? t("console.roads.closed") : t("console.roads.slow", { factor: measure.factor });
}

/** The longest roads by name, and how many stretches in all. */
export function roadsWord(measure: RoadMeasure): string {
  const names = listed(measure.roads.slice(0, NAMES_SHOWN));
  const stretches = t("console.roads.stretches", { count: measure.road_count });
  return names === "" ? stretches : `${names} · ${stretches}`;
}

/** A moment of today by its time, another day with its date. */
export function momentWord(at: string, nowMs: number): string {
  const day = (each: number): string => new Date(each + 8 * 3_600_000).toISOString().slice(5, 10);
  const same = day(Date.parse(at)) === day(nowMs);
  return same ? hhmm(at) : `${day(Date.parse(at))} ${hhmm(at)}`;
}
