import { expect, test } from "vitest";
import { ahead, along, goalOf, OFF_WAY_M, type Way } from "./turns.ts";

const said = (zh: string, distance_m: number) => ({ text: { zh, en: zh }, distance_m });
/** 1 km east, then 1 km north, at the equator. */
const KM = 1_000 / 111_195;
const way: Way = { key: "x", geometry: { coordinates: [[0, 0], [KM, 0], [KM, KM]] }, distance_m: 2_000, steps: [said("出发", 1_000), said("左转", 1_000), said("到达", 0)] };

test("half-way down the first road the turn is next, in 500 m", () => {
  const { done_m, beside_m } = along(way, { lon: KM / 2, lat: 0 });
  expect(done_m).toBeCloseTo(500, 0);
  expect(beside_m).toBeLessThan(1);
  const next = ahead(way, done_m);
  expect(next.in_m).toBeCloseTo(500, 0);
  expect(next.steps.map(({ text }) => text.zh)).toEqual(["左转", "到达"]);
});

test("behind the last turn only the arrival is left", () => {
  expect(ahead(way, 1_900).steps.map(({ text }) => text.zh)).toEqual(["到达"]);
  expect(ahead(way, 5_000)).toEqual({ in_m: 0, steps: [said("到达", 0)] });
});

test("another road is off the way", () => {
  expect(along(way, { lon: KM / 2, lat: KM / 2 }).beside_m).toBeGreaterThan(OFF_WAY_M);
});

test("there is a goal only while driving", () => {
  const [scene, center] = [{ lon: 1, lat: 1 }, { lon: 2, lat: 2 }];
  expect(goalOf("en_route", scene, center)).toBe(scene);
  expect(goalOf("transporting", scene, center)).toBe(center);
  for (const status of ["assigned", "on_scene", "at_patient", "at_hospital", "available"] as const) expect(goalOf(status, scene, center)).toBeNull();
});
