import { describe, expect, it } from "vitest";
import { endOf, momentIn, RoadDraft } from "./draft.ts";

const NOW = Date.UTC(2026, 10, 22, 4, 0, 0);

describe("a measure that is being drawn", () => {
  it("needs three corners, or one road", () => {
    const draft = new RoadDraft();
    draft.begin("outline");
    for (const at of [1, 2]) draft.add(at, at);
    expect(draft.ready()).toBe(false);
    draft.add(3, 1);
    expect(draft.ready()).toBe(true);
    draft.back();
    expect(draft.ready()).toBe(false);
    draft.begin("picks");
    expect(draft.points.value).toEqual([]);
    draft.add(1, 1);
    expect(draft.ready()).toBe(true);
  });

  it("ends after minutes from its beginning, at a moment of the city's own time, or never", () => {
    expect(endOf("60", "", null, NOW)).toBe("2026-11-22T05:00:00.000Z");
    expect(endOf("60", "", momentIn("2026-11-23T06:00"), NOW)).toBe("2026-11-22T23:00:00.000Z");
    expect(endOf("at", "2026-11-22T22:00", null, NOW)).toBe("2026-11-22T14:00:00.000Z");
    expect(endOf("lifted", "", null, NOW)).toBeNull();
  });
});
