import { describe, expect, it } from "vitest";
import { fitted } from "./photo.ts";

describe("a photo", () => {
  it("is never drawn larger than it was, and never wider than a bad line carries", () => {
    expect(fitted(4000, 3000)).toEqual({ width: 1280, height: 960 });
    expect(fitted(3000, 4000, 640)).toEqual({ width: 480, height: 640 });
    expect(fitted(300, 200)).toEqual({ width: 300, height: 200 });
    expect(fitted(9000, 1)).toEqual({ width: 1280, height: 1 });
    expect(fitted(0, 0)).toEqual({ width: 1, height: 1 });
  });
});
