// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { calibrate, CARD_MM, look, scale, showWhole, wantsWhole } from "./scale.ts";

beforeEach(() => {
  localStorage.clear();
  vi.stubGlobal("devicePixelRatio", 2);
  look();
});
afterEach(() => { vi.unstubAllGlobals(); });

test("a screen that nobody has measured has no scale", () => {
  expect(scale.value).toEqual({ pxPerMm: 96 / 25.4, calibrated: false });
});

test("a bank card measures it, and its true size is shown", () => {
  showWhole(true);
  calibrate(428, CARD_MM.long);
  expect(scale.value).toEqual({ pxPerMm: 5, calibrated: true });
  expect(wantsWhole.value).toBe(false);
});

test("a zoom takes it back, and its end gives it again", () => {
  calibrate(428, CARD_MM.long);
  for (const [zoom, holds] of [[2.2, false], [2, true]] as const) {
    vi.stubGlobal("devicePixelRatio", zoom);
    look();
    expect(scale.value.calibrated).toBe(holds);
  }
});

test("two fingers that enlarge the page take it back", () => {
  calibrate(428, CARD_MM.long);
  vi.stubGlobal("visualViewport", { scale: 1.5 });
  look();
  expect(scale.value.calibrated).toBe(false);
});

test("another screen takes it back, the same one turned round does not", () => {
  vi.stubGlobal("screen", { width: 360, height: 740 });
  calibrate(340, CARD_MM.short);
  for (const [width, height, holds] of [[740, 360, true], [1280, 800, false]] as const) {
    vi.stubGlobal("screen", { width, height });
    look();
    expect(scale.value.calibrated).toBe(holds);
  }
});

test.each(["{", "7", '{"pxPerMm":"5","screen":""}', '{"pxPerMm":500}', "null", '{"pxPerMm":null}'])("what is kept and means nothing is no scale: %s", (kept) => {
  localStorage.setItem("gc.screen_scale", kept);
  look();
  expect(scale.value.calibrated).toBe(false);
});
