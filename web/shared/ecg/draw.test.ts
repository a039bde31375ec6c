// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";
import { drawTwelveLead, fittingPxPerMm } from "./draw.ts";

test("a picture that is hidden ends at once: a box without a size has no millimetres", () => {
  const canvas = document.createElement("canvas");
  const pen = { setTransform: vi.fn(), fillRect: vi.fn(), fillText: vi.fn(), beginPath: vi.fn(), moveTo: vi.fn(), lineTo: vi.fn(), stroke: vi.fn() };
  vi.spyOn(canvas, "getContext").mockReturnValue(pen as never);
  drawTwelveLead(canvas, { leads: ["II"], sampleRateHz: 500, uvPerLsb: 5, samples: new Int16Array(10) }, fittingPxPerMm(canvas));
  expect(pen.fillRect).toHaveBeenCalledTimes(1); // the paper, and no line of a grid
});
