import { expect, it } from "vitest";
import { ageOf } from "./ageing.ts";

const opened = Date.UTC(2026, 0, 1);
const incident = (priority: "P1" | "P2" | "P3" | null) => ({ priority, opened_at: new Date(opened).toISOString(), waiting_since: null });

it.each([
  ["P1", 35, "calm"],
  ["P1", 36, "soon"],
  ["P1", 60, "over"],
  ["P2", 179, "calm"],
  ["P2", 300, "over"],
  [null, 300, "over"],
  ["P3", 899, "soon"],
  ["P3", 900, "over"],
] as const)("%s after %i s is %s", (priority, seconds, level) => {
  expect(ageOf(incident(priority), opened + seconds * 1000).level).toBe(level);
});

it("counts from the return into the queue, and never below zero", () => {
  const returned = { ...incident("P1"), waiting_since: new Date(opened + 50_000).toISOString() };
  expect(ageOf(returned, opened + 60_000).waited_s).toBe(10);
  expect(ageOf(returned, opened).waited_s).toBe(0);
});
