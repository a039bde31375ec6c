/** One shape per unit status, drawn by the board (SVG) and by the map (canvas) alike: shape, colour and word always together. */
import type { UnitStatus } from "@shared/words.ts";

export interface Shape {
  /** Path in a 16 × 16 square. */
  readonly path: string;
  readonly filled: boolean;
  /** Custom property of tokens.css. */
  readonly colour: string;
  /** Points along the heading on the map. */
  readonly turns: boolean;
}

const RING = "M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11z";
const HALF = "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 1 1 0 11";
const ARROW = "M8 1.5L13.5 14L8 11L2.5 14z";
const SQUARE = "M3 3h10v10H3z";
const BOX_H = "M2.5 2.5h11v11h-11zM5.8 5v6M10.2 5v6M5.8 8h4.4";
const CROSS = "M3.5 3.5l9 9M12.5 3.5l-9 9";
const CHECK = "M2.5 8.5l3.8 4L13.5 4";
const DROP = "M8 2c2.6 3.4 4 5.4 4 7.4a4 4 0 0 1-8 0C4 7.4 5.4 5.4 8 2z";
const BACK = "M13 8H4M8 3.5L3.5 8L8 12.5";
const DIAMOND = "M8 2l6 6l-6 6l-6-6z";

const filled = (path: string, colour: string, turns = false): Shape => ({ path, filled: true, colour, turns });
const line = (path: string, colour: string, turns = false): Shape => ({ path, filled: false, colour, turns });

export const STATUS_SHAPES: Readonly<Record<UnitStatus, Shape>> = {
  available: line(RING, "--oi-green"),
  assigned: line(HALF, "--oi-orange"),
  accepted: filled(RING, "--oi-orange"),
  en_route: filled(ARROW, "--oi-sky", true),
  on_scene: filled(SQUARE, "--oi-purple"),
  at_patient: line(SQUARE, "--oi-purple"),
  patient_loaded: filled(DIAMOND, "--oi-purple"),
  transporting: line(ARROW, "--oi-sky", true),
  at_hospital: line(BOX_H, "--ink-soft"),
  stretcher_held: line(BOX_H, "--oi-vermilion"),
  handed_over: line(CHECK, "--ink-soft"),
  cleaning: line(DROP, "--ink-faint"),
  returning: line(BACK, "--oi-green"),
  out_of_service: line(CROSS, "--ink-faint"),
};
