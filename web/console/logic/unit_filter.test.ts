import { describe, expect, it } from "vitest";
import type { Unit } from "@shared/rows.ts";
import type { UnitStatus } from "@shared/words.ts";
import { byCallSign, countByStatus, EVERYTHING, groupOf, matches, missingCrew } from "./unit_filter.ts";

const unit = (call_sign: string, status: UnitStatus = "available", crew: readonly string[] = ["doctor", "nurse", "driver"]): Unit =>
  ({ id: call_sign, call_sign, status, crew, station_name: "黎各庄急救站" }) as unknown as Unit;

describe("unit board", () => {
  it("orders call signs by their number", () => {
    expect([unit("急救10"), unit("急救9"), unit("急救101")].sort(byCallSign).map(({ call_sign }) => call_sign)).toEqual(["急救9", "急救10", "急救101"]);
  });

  it("groups by what a dispatcher may do", () => {
    expect(groupOf(unit("a"))).toBe("free");
    expect(groupOf(unit("a", "returning"))).toBe("free");
    expect(groupOf(unit("a", "available", []))).toBe("off");
    expect(groupOf(unit("a", "cleaning"))).toBe("busy");
    expect(groupOf(unit("a", "out_of_service"))).toBe("off");
  });

  it("finds by every word, in call sign, station or status", () => {
    expect(matches(unit("急救037"), { ...EVERYTHING, words: "037 黎各" }, "待命")).toBe(true);
    expect(matches(unit("急救037"), { ...EVERYTHING, words: "待命" }, "待命")).toBe(true);
    expect(matches(unit("急救037"), { ...EVERYTHING, words: "038" }, "待命")).toBe(false);
    expect(matches(unit("急救037"), { ...EVERYTHING, status: "assigned" }, "待命")).toBe(false);
    expect(matches(unit("急救037"), { ...EVERYTHING, group: "busy" }, "待命")).toBe(false);
  });

  it("counts, and names who is missing on board", () => {
    expect([...countByStatus([unit("a"), unit("b"), unit("c", "cleaning")])]).toEqual([["available", 2], ["cleaning", 1]]);
    expect(missingCrew(["doctor"])).toEqual(["nurse", "driver"]);
  });
});
