// @vitest-environment happy-dom: what it tests reaches for the page
import { expect, test } from "vitest";
import { reachQuestion } from "./reach.ts";

test("a selected unit is asked about before the incident", () => {
  expect(reachQuestion("U001", { lon: 103.7, lat: 39.7 })).toBe("/api/reach?unit=U001&minutes=5,10");
});

test("without a unit it is the incident's place, and without a place nothing", () => {
  expect(reachQuestion(null, { lon: 103.7, lat: 39.7 })).toBe("/api/reach?from=103.7,39.7&minutes=5,10");
  expect(reachQuestion(null, null)).toBeNull();
});
