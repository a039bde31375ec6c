import { expect, it } from "vitest";
import { distanceM } from "./distance.ts";

const at = (lon: number, lat: number) => ({ lon, lat });

it("measures along the great circle", () => {
  expect(distanceM(at(116.4, 39.9), at(116.4, 39.9))).toBe(0);
  expect(distanceM(at(116.4, 39.9), at(116.4, 39.901))).toBeCloseTo(111.2, 1);
  expect(distanceM(at(116.4, 39.9), at(116.4, 40.9))).toBeCloseTo(111_195, 0);
  expect(distanceM(at(179.5, 0), at(-179.5, 0))).toBeCloseTo(111_195, 0);
});
