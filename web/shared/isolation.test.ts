import { expect, test } from "vitest";
import { isInfectious, isolatedAmong } from "./isolation.ts";

const person = (code: string, suspected?: "yes" | "no") => ({ code, findings: suspected === undefined ? {} : { scene: { infectious_suspected: suspected } } });

test("the suspicion is one patient's, not the scene's", () => {
  expect(isInfectious(person("A", "yes"))).toBe(true);
  expect(isInfectious(person("B", "no"))).toBe(false);
  expect(isInfectious(person("C"))).toBe(false);
  expect(isInfectious(null)).toBe(false);
});

test("who is to be isolated is named only where others are not", () => {
  expect(isolatedAmong([person("A", "yes"), person("B")])).toEqual(["A"]);
  expect(isolatedAmong([person("A", "yes")])).toEqual([]);
  expect(isolatedAmong([person("A")])).toEqual([]);
});
