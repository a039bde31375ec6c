import { expect, it } from "vitest";
import { distance } from "./distance.ts";

it("measures along the great circle", () => {
  expect(distance(116.4, 39.9, 116.4, 39.9)).toBe(0);
  expect(distance(116.4, 39.9, 116.4, 40.9)).toBeCloseTo(111_195, 0);
  expect(distance(179.5, 0, -179.5, 0)).toBeCloseTo(111_195, 0);
});
