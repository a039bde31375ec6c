// @vitest-environment happy-dom: what it tests reaches for the page
import { describe, expect, it } from "vitest";
import { afterCommit, afterWelcome, putFrame, unsent, type CommandEntry } from "./entry.ts";

const step = (seq: number, minute: string): CommandEntry => ({
  stream: "box/steps", seq, id: `ID${seq}`, at: `2026-11-21T06:${minute}:00Z`, clock_offset_ms: 40, slug: "report-status",
  data: { unit_id: "U1", status: "en_route" },
});
const three = [step(1, "02"), step(2, "01"), step(3, "05")];

describe("the outbox", () => {
  it("forgets what is committed, and only that", () => {
    expect(afterCommit(three, "box/steps", 2).map((one) => one.seq)).toEqual([3]);
    expect(afterCommit(three, "other/steps", 9)).toHaveLength(3);
    expect(afterWelcome(three, { "box/steps": 1 }).map((one) => one.seq)).toEqual([2, 3]);
    expect(afterWelcome(three, {})).toHaveLength(3);
  });

  it("says how many wait and since when the oldest", () => {
    expect(unsent([])).toBeNull();
    expect(unsent(three)).toEqual({ count: 3, oldestMs: Date.parse("2026-11-21T06:01:00Z") });
  });

  it("sends a step in the protocol's words", () => {
    expect(putFrame(step(1, "02"))).toEqual({
      t: "put", stream: "box/steps", seq: 1, id: "ID1", kind: "command", at: "2026-11-21T06:02:00Z", clock_offset_ms: 40,
      body: { kind: "ReportStatus", data: { unit_id: "U1", status: "en_route" }, entered_for: null },
    });
  });
});
