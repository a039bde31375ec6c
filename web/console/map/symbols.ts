/** The marks of the map, drawn on a canvas from the same shapes as the board's: no sprite server. */
import type { Map as GlMap } from "maplibre-gl";
import type { UnitStatus } from "@shared/rows.ts";
import { STATUS_ORDER } from "../logic/unit_filter.ts";
import { STATUS_SHAPES } from "../ui/status_shapes.ts";
import { PALETTE, token } from "./palette.ts";

/** Drawn at three times its size, so that it stays sharp on every screen. */
const RATIO = 3;
const SIZE = 22;

export function unitImage(status: UnitStatus): string {
  return `unit-${status}`;
}

export function addSymbols(map: GlMap): void {
  for (const status of STATUS_ORDER) map.addImage(unitImage(status), drawn((pen) => unitMark(pen, status)), { pixelRatio: RATIO });
  map.addImage("center", drawn(centerMark), { pixelRatio: RATIO });
}

function drawn(draw: (pen: CanvasRenderingContext2D) => void): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE * RATIO;
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("this browser draws no canvas, but has WebGL");
  pen.scale(RATIO, RATIO);
  pen.translate((SIZE - 16) / 2, (SIZE - 16) / 2);
  pen.lineJoin = "round";
  pen.lineCap = "round";
  draw(pen);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
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
