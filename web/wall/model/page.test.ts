import { describe, expect, it } from "vitest";
import { wallPage } from "./page.ts";

const MOST = 6;

describe("the pages of a full wall", () => {
  it("are one while there is room", () => {
    expect(wallPage([1, 2, 3], [1], MOST, 7)).toEqual({ shown: [1, 2, 3], page: 0, pages: 1 });
  });

  it("keep whoever waits for an answer and turn the others", () => {
    const tiles = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(wallPage(tiles, [7, 2], MOST, 0)).toEqual({ shown: [1, 2, 3, 4, 5, 7], page: 0, pages: 2 });
    expect(wallPage(tiles, [7, 2], MOST, 1)).toEqual({ shown: [2, 4, 5, 6, 7, 8], page: 1, pages: 2 });
    expect(wallPage(tiles, [7, 2], MOST, 2).page).toBe(0);
  });

  it("show everybody within one round, six at most, in their order, the first to answer always: 1,000 random walls (seed 23)", () => {
    let state = 23;
    const chance = (): number => (state = (state * 1664525 + 1013904223) % 4294967296) / 4294967296;
    for (let round = 0; round < 1000; round++) {
      const tiles = Array.from({ length: Math.floor(chance() * 20) }, (_, i) => i);
      const waiting = tiles.filter(() => chance() < 0.4).sort(() => chance() - 0.5);
      const { pages } = wallPage(tiles, waiting, MOST, 0);
      const seen = new Set<number>();
      for (let turn = 0; turn < pages; turn++) {
        const { shown } = wallPage(tiles, waiting, MOST, turn);
        const ordered = shown.every((tile, i) => i === 0 || tile > (shown[i - 1] ?? tile));
        if (!ordered || shown.length !== Math.min(MOST, tiles.length) || waiting.slice(0, MOST - 1).some((tile) => !shown.includes(tile))) {
          expect.fail(`round ${round} turn ${turn}: ${shown} of ${tiles}, waiting ${waiting}`);
        }
        for (const tile of shown) seen.add(tile);
      }
      expect(seen.size).toBe(tiles.length);
    }
  });
});
