import { describe, expect, it } from "vitest";
import type { CrewRows } from "./mirror.ts";
import { NO_ROWS } from "./mirror.ts";
import { goalOf, stood, type Goal, type Standing, type Wheels } from "./wheels.ts";

const WHEELS: Wheels = { still_mps: 1, still_s: 15, scene_m: 60, gate_m: 150 };
const GOAL: Goal = { status: "on_scene", lon: 116.4, lat: 39.9, radius_m: 60 };
const NEAR = 116.4003; // 26 m

function drive(fixes: readonly (readonly [second: number, lon: number, speed: number | null])[], goal: Goal | null = GOAL): number | null {
  let standing: Standing | null = null;
  for (const [second, lon, speed] of fixes) {
    const told = stood(standing, { lon, lat: 39.9, speed, atMs: second * 1000 }, goal, WHEELS);
    if (told.arrivedMs !== null) return told.arrivedMs / 1000;
    standing = told.standing;
  }
  return null;
}

describe("wheels stopped", () => {
  it("registers when the wheels stopped, not when the waiting was over", () => {
    expect(drive([[0, NEAR, 8], [10, NEAR, 0.2], [20, NEAR, 0], [25, NEAR, 0]])).toBe(10);
  });
  it("does not take a red light on the way or a crawl past the door", () => {
    expect(drive([[0, 116.41, 0], [60, 116.41, 0]])).toBeNull();
    expect(drive([[0, NEAR, 2], [20, NEAR, 2], [40, NEAR, 2]])).toBeNull();
  });
  it("begins anew when it moves on", () => {
    expect(drive([[0, NEAR, 0], [10, NEAR, 0], [12, NEAR, 5], [14, NEAR, 0], [28, NEAR, 0]])).toBeNull();
  });
  it("measures the speed itself where the receiver does not say it", () => {
    expect(drive([[0, NEAR, null], [8, NEAR, null], [16, NEAR, null]])).toBe(0);
    expect(drive([[0, 116.3994, null], [8, NEAR, null], [16, 116.3994, null]])).toBeNull();
  });
  it("arrives nowhere without a goal", () => {
    expect(drive([[0, NEAR, 0], [60, NEAR, 0]], null)).toBeNull();
  });
});

describe("the goal", () => {
  const rows = (status: string, more: object = {}): CrewRows => ({ ...NO_ROWS, unit: { status }, incident: { place: { lon: 116.4, lat: 39.9, radius_m: 20 }, staging: null }, patients: [{ center_id: "C1" }], centers: [{ id: "C1", lon: 116.5, lat: 39.8 }], ...more }) as unknown as CrewRows;
  it("is the scene on the way there and the gate on the way back", () => {
    expect(goalOf(rows("en_route"), WHEELS)).toEqual(GOAL);
    expect(goalOf(rows("transporting"), WHEELS)).toMatchObject({ status: "at_hospital", lon: 116.5, radius_m: 150 });
    for (const status of ["on_scene", "at_patient", "at_hospital", "available"]) expect(goalOf(rows(status), WHEELS)).toBeNull();
  });
  it("is nowhere while the units stand off or the place is only a region", () => {
    const place = { lon: 116.4, lat: 39.9, radius_m: 20 };
    expect(goalOf(rows("en_route", { incident: { place, staging: { phase: "staged" } } }), WHEELS)).toBeNull();
    expect(goalOf(rows("en_route", { incident: { place: { ...place, radius_m: 800 }, staging: null } }), WHEELS)).toBeNull();
  });
});
