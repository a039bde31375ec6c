import { describe, expect, it } from "vitest";
import { Ground, lines, overlap } from "./words.ts";

const width = (text: string): number => [...text].reduce((sum, sign) => sum + (sign > "\u2e80" ? 12 : 6), 0);

describe("names on the map", () => {
  it("break Chinese anywhere and Latin between words", () => {
    expect(lines("首都医科大学附属北京天坛医院", 108, width)).toEqual(["首都医科大学附属北", "京天坛医院"]);
    expect(lines("Beijing United Family Hospital", 84, width)).toEqual(["Beijing United", "Family", "Hospital"]);
  });

  it("lose nothing, whatever the width: 1,000 random names", () => {
    let seed = 20_261_122;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const signs = [..."北京医院AB cd"];
    for (let round = 0; round < 1_000; round++) {
      const name = Array.from({ length: random(30) }, () => signs[random(signs.length)]).join("");
      const broken = lines(name, 20 + random(100), width);
      expect(broken.join("").replaceAll(/\s/gu, ""), `seed ${seed}`).toBe(name.replaceAll(/\s/gu, ""));
    }
  });

  it("never stand on each other", () => {
    const ground = new Ground();
    const box = { left: 0, top: 0, right: 10, bottom: 10 };
    expect(ground.takeIfFree(box)).toBe(true);
    expect(ground.takeIfFree({ ...box, left: 9, right: 19 })).toBe(false);
    expect(ground.takeIfFree({ ...box, left: 10, right: 20 })).toBe(true);
    expect(overlap(box, { ...box, top: 10, bottom: 20 })).toBe(false);
  });
});
