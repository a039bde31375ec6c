import { describe, expect, it } from "vitest";
import { positionFrame } from "./position.ts";

const FIX = { lon: 116.4, lat: 39.9, heading: 90, speed: 12, atMs: 10_000 };

describe("a position", () => {
  it("carries the time of the fix on the server's clock", () => {
    const frame = positionFrame("U1", FIX, 12_000, Date.parse("2026-11-21T06:00:00Z"), 1);
    expect(frame).toMatchObject({ t: "position", unit_id: "U1", datum: "wgs84", fix_at: "2026-11-21T05:59:58.000Z" });
  });
  it("ages faster on a faster clock and never comes from the future", () => {
    expect(positionFrame("U1", FIX, 12_000, 60_000, 4)).toMatchObject({ fix_at: new Date(52_000).toISOString() });
    expect(positionFrame("U1", FIX, 9_000, 60_000, 1)).toMatchObject({ fix_at: new Date(60_000).toISOString() });
  });
  it("knows no heading when the device stands still", () => {
    expect(positionFrame("U1", { ...FIX, heading: Number.NaN, speed: null }, 10_000, 60_000, 1)).toMatchObject({ heading_deg: null, speed_mps: null });
  });
});
