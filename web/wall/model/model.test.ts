import { describe, expect, it } from "vitest";
import type { Activation, Patient, Unit } from "@shared/rows.ts";
import { arranged, STEADY_MS, type Arrival } from "./order.ts";
import { ageBand, alarmOf, arrivalOf, attention, hasLeft, tilesOf, type Tile } from "./tiles.ts";

const minute = 60_000;
const at = (id: string, minutes: number | null): Arrival => ({ id, arriveMs: minutes === null ? null : minutes * minute });

describe("the order of the tiles", () => {
  it("is by arrival at first, the unknown last", () => {
    expect(arranged([], [at("c", 9), at("a", 3), at("x", null), at("b", 5)]).order).toEqual(["a", "b", "c", "x"]);
  });

  it("holds still while predictions wobble", () => {
    const { order, moved } = arranged(["a", "b"], [at("a", 5.5), at("b", 5)]);
    expect([order, moved.size]).toEqual([["a", "b"], 0]);
  });

  it("moves a tile that is clearly earlier, and says which", () => {
    const { order, moved } = arranged(["a", "b", "c"], [at("a", 9), at("b", 10), at("c", 2)]);
    expect(order).toEqual(["c", "a", "b"]);
    expect([...moved]).toEqual(["c"]);
  });

  it("lets a patient leave and another come without calling it a move", () => {
    const { order, moved } = arranged(["a", "b"], [at("b", 5), at("n", 3)]);
    expect([order, moved.size]).toEqual([["n", "b"], 0]);
  });

  it("never leaves a tile before one that arrives much earlier: 1,000 random walls (seed 11)", () => {
    let state = 11;
    const chance = (): number => (state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296;
    let former: readonly string[] = [];
    for (let round = 0; round < 1000; round++) {
      const arrivals = Array.from({ length: 6 }, (_, i) => at(`p${i}`, chance() < 0.1 ? null : chance() * 30)).filter(() => chance() < 0.8);
      const { order } = arranged(former, arrivals);
      expect([...order].sort()).toEqual(arrivals.map((one) => one.id).sort());
      const ms = new Map(arrivals.map((one) => [one.id, one.arriveMs ?? Infinity]));
      for (let i = 1; i < order.length; i++) {
        const above = ms.get(order[i - 1] ?? "") ?? 0;
        const below = ms.get(order[i] ?? "") ?? 0;
        if (above !== Infinity || below !== Infinity) expect(above - below).toBeLessThan(STEADY_MS);
      }
      former = order;
    }
  });
});

const now = Date.parse("2026-11-21T06:10:00Z");
const activation = (id: string, more: Partial<Activation> = {}): Activation => ({
  id, patient_id: `P-${id}`, incident_id: "I", center_id: "H1", phase: "received", sent_at: "2026-11-21T06:09:30Z",
  acknowledge_by: "2026-11-21T06:10:30Z", conditions: [], bypass: [], activate: [], eta_s: 600, early: false, acknowledged_at: null,
  acknowledged_by: null, team_ready_at: null, arrived_at: null, accepted_at: null, ended_at: null, end_reason: null, to_center_id: null,
  reservations: [], door: null, summonses: [], crew_knows_at: null, center_knows_at: null, chosen_door: null, updated_at: null, updated_with: [], ...more,
});
const tile = (id: string, more: Partial<Activation> = {}): Tile => ({ activation: activation(id, more), patient: null, unit: null });
const table = <R extends { id: string }>(...rows: R[]): ReadonlyMap<string, R> => new Map(rows.map((row) => [row.id, row]));

describe("the tiles", () => {
  it("are those of this centre that are live, unseen, or just accepted", () => {
    const rows = table(
      activation("live"), activation("elsewhere", { center_id: "H2" }), activation("gone", { phase: "cancelled" }),
      activation("seen", { phase: "end_acknowledged" }), activation("in", { phase: "accepted", accepted_at: "2026-11-21T06:09:40Z" }),
      activation("long in", { phase: "accepted", accepted_at: "2026-11-21T06:00:00Z" }),
    );
    expect(tilesOf(rows, new Map(), new Map(), "H1", now).map((one) => one.activation.id)).toEqual(["live", "gone", "in"]);
  });

  it("find the unit by the run that carries the patient, also after it has ended", () => {
    const patient = { id: "P-a", assignment_id: "R1" } as Patient;
    const unit = { id: "U", assignment_id: null, last_assignment_id: "R1" } as Unit;
    expect(tilesOf(table(activation("a")), table(patient), table(unit), "H1", now)[0]?.unit?.id).toBe("U");
  });

  it("ask for an answer while unanswered or unseen, the overdue first", () => {
    const tiles = [tile("new"), tile("done", { phase: "acknowledged" }), tile("gone", { phase: "redirected" }), tile("late", { acknowledge_by: "2026-11-21T06:09:59Z" })];
    expect(attention(tiles, now).map((one) => one.activation.id)).toEqual(["late", "gone", "new"]);
    expect(tiles.map((one) => alarmOf(one, now))).toEqual(["medium", "none", "medium", "high"]);
  });

  it("are loud at once for an arrest", () => {
    const conditions = [{ code: "cardiac_arrest", status: "suspected", evidence: [], confirmed_by: null, confirmed_at: null }] as const;
    expect(alarmOf(tile("a", { conditions }), now)).toBe("high");
    expect(alarmOf(tile("b", { early: true }), now)).toBe("high");
  });

  it("count down for nobody who drives elsewhere yet: an early alarm, until its unit is known", () => {
    expect([hasLeft(tile("a", { early: true })), hasLeft(tile("a"))]).toEqual([false, true]);
  });

  it("use telemetry only when it leads here", () => {
    const eta = (to: string): Parameters<typeof arrivalOf>[1] => ({ atMs: now, value: { to, eta_s: 60, arrive_at: "2026-11-21T06:11:00Z", low_s: 40, high_s: 90 } });
    expect(arrivalOf(tile("a"), eta("center:H1")).arriveMs).toBe(now + minute);
    expect(arrivalOf(tile("a"), eta("incident:I")).arriveMs).toBe(Date.parse("2026-11-21T06:19:30Z"));
    expect(arrivalOf(tile("a", { eta_s: null }), undefined).arriveMs).toBeNull();
  });
});

describe("an age band", () => {
  it("hides the age", () => {
    expect(ageBand({ age: { value: 62 } })).toEqual({ kind: "band", low: 60, high: 69 });
    expect(ageBand({ age: { value: 4, unit: "years" } })).toEqual({ kind: "band", low: 1, high: 9 });
    expect(ageBand({ age: { value: 18, unit: "months" } })).toEqual({ kind: "band", low: 1, high: 9 });
    expect(ageBand({ age: { value: 8, unit: "months" } })).toEqual({ kind: "infant" });
    expect(ageBand({ age: { value: 3, unit: "days" } })).toEqual({ kind: "newborn" });
    expect(ageBand({})).toEqual({ kind: "unknown" });
  });
});
