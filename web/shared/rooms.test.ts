import { describe, expect, it } from "vitest";
import { lapsed, roomOf, roomsOf } from "./rooms.ts";
import type { Activation, Center, Reservation, ResourceState } from "./rows.ts";

const NOW = Date.parse("2026-11-21T06:00:00Z");
const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

function center(more: Partial<Center>): Center {
  return { id: "C1", name: "一院", grade: "", lon: 0, lat: 0, kinds: [], capabilities: ["pci_24_7", "icu"], phone: null, statuses: {}, wall: null, ways: {}, resources: {}, ...more };
}

const word = (state: string, minutes: number): Center["statuses"][string] => ({ topic: "cath_lab", state, owner: "x", reason: null, reported_at: at(-60), expires_at: at(minutes) }) as Center["statuses"][string];
const hold = { id: "h", activation_id: "a", expires_at: at(50) };
const use = { id: "u", activation_id: "a", since: at(-10), until: at(80) };
const state = (count: number, holds: number, uses: number): ResourceState => ({ count, holds: Array(holds).fill(hold) as ResourceState["holds"], uses: Array(uses).fill(use) as ResourceState["uses"] });

describe("roomOf", () => {
  it("follows from what runs", () => {
    const shown = (rooms: ResourceState) => { const room = roomOf(center({ resources: { cath_lab: rooms } }), "cath_lab", NOW); return [room.state, room.free, room.until]; };
    expect(shown(state(2, 1, 0))).toEqual(["ready", 1, null]);
    expect(shown(state(1, 1, 0))).toEqual(["held", 0, at(50)]);
    expect(shown(state(1, 1, 1))).toEqual(["in_use", 0, at(80)]);
  });
  it("takes the centre's word while it is valid and says when it is not any more", () => {
    expect(roomOf(center({ statuses: { cath_lab: word("closed", 5) } }), "cath_lab", NOW)).toMatchObject({ state: "down", stale: false, until: at(5) });
    expect(roomOf(center({ statuses: { cath_lab: word("busy", 0) } }), "cath_lab", NOW)).toMatchObject({ state: "ready", stale: true });
    expect(roomOf(center({ statuses: { cath_lab: word("open", 5) }, resources: { cath_lab: state(1, 0, 1) } }), "cath_lab", NOW).state).toBe("in_use");
  });
});

describe("lapsed", () => {
  it("names the holds that ran out and that nobody has renewed", () => {
    const of = (resource: string, ended: Reservation["ended"]): Reservation => ({ id: `${resource}/${ended ?? ""}`, resource, reserved_at: at(-60), expires_at: at(0), ready_at: null, ended, place: 0, waits_since: null, because: null });
    const reservations = [of("ct", "expired"), of("cath_lab", "expired"), of("cath_lab", null), of("icu", "released")];
    expect(lapsed({ reservations } as unknown as Activation).map((hold) => hold.resource)).toEqual(["ct"]);
  });
});

describe("roomsOf", () => {
  it("shows what a centre declares, counts or says, and no diversion as a room", () => {
    const rooms = roomsOf(center({ statuses: { diversion: word("busy", 5), ecmo: word("busy", 5) } }), NOW);
    expect(rooms.map(({ resource }) => resource)).toEqual(["cath_lab", "icu", "ecmo"]);
  });
});
