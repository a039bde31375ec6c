import { expect, it } from "vitest";
import type { Incident } from "@shared/rows.ts";
import { nearby } from "./duplicates.ts";

const at = (minutes: number): string => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();
const incident = (id: string, lat: number, minutes = 0): Incident => ({ id, opened_at: at(minutes), place: { lon: 116.4, lat, radius_m: 30 } }) as Incident;

it("finds what is near in place and time, the nearest first", () => {
  const here = incident("here", 39.9);
  const found = nearby(here, [here, incident("far", 39.91), incident("400 m", 39.9036), incident("100 m", 39.9009), incident("old", 39.9, 46)]);
  expect(found.map(({ incident: { id } }) => id)).toEqual(["100 m", "400 m"]);
  expect(found[0]?.distance_m).toBeCloseTo(100, 0);
});

it("finds nothing without a place", () => {
  expect(nearby({ ...incident("x", 39.9), place: null }, [incident("y", 39.9)])).toEqual([]);
  expect(nearby(incident("x", 39.9), [{ ...incident("y", 39.9), place: null }])).toEqual([]);
});
