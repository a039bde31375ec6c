/** The marks of the map, drawn once from the same shapes as the board's: no sprite server. */
import type { UnitStatus } from "@shared/words.ts";
import { STATUS_ORDER } from "../logic/unit_filter.ts";
import { STATUS_SHAPES } from "../ui/status_shapes.ts";
import { PALETTE, token } from "./palette.ts";

/** Drawn at three times its size, so that it stays sharp on every screen. */
const RATIO = 3;
/** Side of a symbol in CSS pixels. */
export const SYMBOL_PX = 22;

export interface Symbols {
  readonly units: Readonly<Record<UnitStatus, HTMLCanvasElement>>;
  readonly center: HTMLCanvasElement;
}

export function drawSymbols(): Symbols {
  const units = Object.fromEntries(STATUS_ORDER.map((status) => [status, drawn((pen) => unitMark(pen, status))])) as Record<UnitStatus, HTMLCanvasElement>;
  return { units, center: drawn(centerMark) };
}

function drawn(draw: (pen: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SYMBOL_PX * RATIO;
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("this browser draws no canvas, but has WebGL");
  pen.scale(RATIO, RATIO);
  pen.translate((SYMBOL_PX - 16) / 2, (SYMBOL_PX - 16) / 2);
  pen.lineJoin = "round";
  pen.lineCap = "round";
  draw(pen);
  return canvas;
}

function unitMark(pen: CanvasRenderingContext2D, status: UnitStatus): void {
  const shape = STATUS_SHAPES[status];
  const path = new Path2D(shape.path);
  const colour = token(shape.colour);
  pen.strokeStyle = PALETTE.labelHalo;
  pen.lineWidth = 4.5;
  pen.stroke(path);
  if (shape.filled) {
    pen.fillStyle = colour;
    pen.fill(path);
  } else {
    pen.fillStyle = PALETTE.labelHalo;
    pen.fill(path);
  }
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.stroke(path);
}

function centerMark(pen: CanvasRenderingContext2D): void {
  pen.fillStyle = "#dfe6ea";
  pen.strokeStyle = PALETTE.labelHalo;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.roundRect(1.5, 1.5, 13, 13, 2.5);
  pen.stroke();
  pen.fill();
  pen.strokeStyle = "#1d2329";
  pen.lineWidth = 2;
  pen.stroke(new Path2D("M5.5 4.5v7M10.5 4.5v7M5.5 8h5"));
}
