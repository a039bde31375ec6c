import { expect, it } from "vitest";
import { may } from "./rights.ts";

it("lets a call-taker send the first unit and nothing that belongs to the run", () => {
  expect(may("call_taker", "assign-unit")).toBe(true);
  expect(may("call_taker", "divert-unit")).toBe(false);
  expect(may("dispatcher", "divert-unit")).toBe(true);
  expect(may("supervisor", "report-status")).toBe(true);
});
