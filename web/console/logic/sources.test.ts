import { expect, test } from "vitest";
import type { Position } from "@shared/location.ts";
import { sourceNumbers } from "./sources.ts";

const place = (lon: number) => ({ lon, lat: 39.9, radius_m: 20, datum: "wgs84", source: "aml", confirmed: false }) as const;
const row = (id: string, ...others: number[]) => ({ id, place: place(116.4), alternatives: others.map(place) }) as unknown as Position;

test("each source has its number, and each place that its words can mean", () => {
  const positions = new Map([["a", row("a")], ["b", row("b", 116.5, 116.6)]]);
  const named = sourceNumbers({ position_ids: ["a", "gone", "b"] }, positions);
  expect(named.map(({ name, id }) => [name, id])).toEqual([["1", "a/0"], ["2-1", "b/0"], ["2-2", "b/1"], ["2-3", "b/2"]]);
  expect(named[2]?.place.lon).toBe(116.5);
});

test("no incident has no sources", () => expect(sourceNumbers(undefined, new Map())).toEqual([]));
