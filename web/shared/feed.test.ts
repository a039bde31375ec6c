import { describe, expect, it } from "vitest";
import { EMPTY_FEED, subscription, withChange, withSnapshot, type ChangeFrame, type Feed } from "./feed.ts";

const snapshot = { t: "snapshot", feed_epoch: "e1", seq: 7, tables: { units: { U1: { id: "U1", status: "available" } } } } as const;

/** A small seeded generator: the seed is printed by the test's name. */
function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

describe("the feed", () => {
  it("asks for everything at first and for the missed changes later", () => {
    expect(subscription(EMPTY_FEED)).toEqual({ t: "subscribe", feed_epoch: null, offset: null });
    expect(subscription(withSnapshot(snapshot))).toEqual({ t: "subscribe", feed_epoch: "e1", offset: 7 });
  });

  it("applies a change that continues it, and leaves other tables as they are", () => {
    const before = withSnapshot(snapshot);
    const after = withChange(before, { t: "change", from_seq: 7, to_seq: 9, set: { units: { U2: { id: "U2" } } }, drop: { units: ["U1"] } });
    if (typeof after === "string") throw new Error(after);
    expect([...after.tables.units.keys()]).toEqual(["U2"]);
    expect(after.seq).toBe(9);
    expect(after.tables.incidents).toBe(before.tables.incidents);
    expect(before.tables.units.has("U1")).toBe(true);
  });

  it("moves its number on an empty change", () => {
    const after = withChange(withSnapshot(snapshot), { t: "change", from_seq: 7, to_seq: 12 });
    expect((after as Feed).seq).toBe(12);
  });

  it("calls a hole a gap, a repeat old, and everything a gap before the first snapshot", () => {
    const feed = withSnapshot(snapshot);
    expect(withChange(feed, { t: "change", from_seq: 8, to_seq: 9 })).toBe("gap");
    expect(withChange(feed, { t: "change", from_seq: 5, to_seq: 7 })).toBe("old");
    expect(withChange(EMPTY_FEED, { t: "change", from_seq: 0, to_seq: 1 })).toBe("gap");
  });

  it("equals a plain replay on 1,000 random histories (seed 20260101)", () => {
    const chance = chanceOf(20260101);
    for (let round = 0; round < 1000; round++) {
      let feed: Feed = withSnapshot({ t: "snapshot", feed_epoch: "e", seq: 0, tables: {} });
      const plain: Record<string, unknown> = {};
      for (let seq = 0; seq < 20; seq++) {
        const id = `U${Math.floor(chance() * 6)}`;
        const drops = chance() < 0.3;
        const frame: ChangeFrame = drops
          ? { t: "change", from_seq: seq, to_seq: seq + 1, drop: { units: [id] } }
          : { t: "change", from_seq: seq, to_seq: seq + 1, set: { units: { [id]: { id, seq } } } };
        if (drops) delete plain[id];
        else plain[id] = { id, seq };
        const next = withChange(feed, frame);
        if (typeof next === "string") throw new Error(next);
        feed = next;
      }
      expect(Object.fromEntries(feed.tables.units)).toEqual(plain);
    }
  });
});
