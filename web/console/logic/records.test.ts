import { describe, expect, it } from "vitest";
import protocols from "@texts/protocols.json";
import shared from "@texts/shared.json";
import type { CenterStatus, Reservation } from "@shared/rows.ts";
import { HANDOFF_PLACES, reservable, RESOURCES, SAYINGS, standing } from "./records.ts";

const now = Date.parse("2026-11-21T06:10:00Z");
const status = (topic: string, more: Partial<CenterStatus> = {}): CenterStatus => ({
  topic, state: "busy", owner: "dispatcher1", reason: null, reported_at: "2026-11-21T06:00:00Z", expires_at: "2026-11-21T07:00:00Z", ...more,
});
const hold = (resource: string, ended: Reservation["ended"]): Reservation => ({
  id: resource, resource, reserved_at: "2026-11-21T06:00:00Z", expires_at: "2026-11-21T07:00:00Z", ready_at: null, place: 0, waits_since: null, because: null, ended,
});

describe("what a seat enters for a centre", () => {
  it("has words for every resource, every place and every status", () => {
    for (const code of RESOURCES) expect(protocols).toHaveProperty([`resource.${code}`]);
    for (const code of HANDOFF_PLACES) expect(shared).toHaveProperty([`place.${code}`]);
    for (const { topic } of SAYINGS.slice(0, 3)) expect(protocols).toHaveProperty([`center_status.${topic}`]);
  });

  it("shows what stands: neither expired, nor lifted, nor without words", () => {
    const statuses = { full: status("full"), ct: status("ct", { state: "open" }), no_bed: status("no_bed", { expires_at: "2026-11-21T06:10:00Z" }), mood: status("mood") };
    expect(standing({ statuses }, now).map(({ topic }) => topic)).toEqual(["full"]);
  });

  it("offers to hold what is not held, what the protocol asks for first", () => {
    const offered = reservable({ activate: ["ct", "icu"], reservations: [hold("ct", null), hold("or", "released")] });
    expect(offered[0]).toBe("icu");
    expect(offered).toContain("or");
    expect(offered).not.toContain("ct");
    expect(offered).toHaveLength(RESOURCES.length - 1);
  });
});
