import { describe, expect, it } from "vitest";
import { changes, isGone, lockOrder } from "./order_lock.ts";

interface Row {
  readonly id: string;
  readonly eta: number;
}
const row = (id: string, eta = 0): Row => ({ id, eta });
const idOf = ({ id }: Row): string => id;

describe("a held list", () => {
  const shown = [row("a"), row("b"), row("c")];

  it("takes every order while nobody holds it", () => {
    expect(lockOrder(shown, [row("c"), row("a")], idOf, false)).toEqual({ rows: [row("c"), row("a")], pending: 0 });
  });

  it("keeps its order, takes newer content, and counts what would change", () => {
    const locked = lockOrder(shown, [row("c", 7), row("a", 9), row("d")], idOf, true);
    expect(locked.rows).toEqual([row("a", 9), row("b"), row("c", 7)]);
    expect(locked.pending).toBe(4); // b went, d came, a and c changed places
  });

  it("says nothing when only content changed", () => {
    expect(lockOrder(shown, [row("a", 1), row("b", 2), row("c", 3)], idOf, true).pending).toBe(0);
  });

  it("fills an empty list even while it is held", () => {
    expect(lockOrder([], [row("a")], idOf, true).rows).toEqual([row("a")]);
  });

  it("knows which of its rows are gone", () => {
    expect([isGone(row("b"), [row("a")], idOf), isGone(row("a"), [row("a")], idOf)]).toEqual([true, false]);
  });
});

describe("changes, against the definition", () => {
  // mulberry32: the seed is in the name of the test, so that a failure can be repeated.
  const random = (seed: number) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  it("is zero exactly when nothing reorders, on 1,000 seeded pairs (seed 20)", () => {
    const chance = random(20);
    const draw = (): string[] => ["a", "b", "c", "d"].filter(() => chance() < 0.7).sort(() => chance() - 0.5);
    for (let turn = 0; turn < 1_000; turn++) {
      const [before, after] = [draw(), draw()];
      const same = before.length === after.length && before.every((id, place) => after[place] === id);
      expect(changes(before, after) === 0, `${before.join()} → ${after.join()}`).toBe(same);
    }
  });
});
