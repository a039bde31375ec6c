/**
 * Units, incidents and hospitals on a plain canvas over the GL map. They move every second, the map under them does not: a dispatch
 * computer without a graphics card paints a GL map in 200 ms, and the operator's next key would wait behind each of them.
 */
import type { Map as GlMap } from "maplibre-gl";
import { STATUS_ORDER } from "../logic/unit_filter.ts";
import { STATUS_SHAPES } from "../ui/status_shapes.ts";
import type { CenterMark, IncidentMark, Mark, UnitMark } from "./marks.ts";
import { PALETTE, token } from "./palette.ts";
import { drawSymbols, SYMBOL_PX, type Symbols } from "./symbols.ts";
import { Ground, lines } from "./words.ts";

export type Kind = "unit" | "incident" | "center";

/** From this zoom on a unit is a shape, before it is a dot. */
const SHAPES_FROM = 12;
const SIGNS_FROM = 13;
const NUMBERS_FROM = 10;
const NAMES_FROM = 12;
const LINE_PX = 14;
const NAME_WIDTH_PX = 108;
const DIMMED = 0.45;
/** A click may miss a mark by this many pixels. */
const SLACK_PX = 6;

interface Placed<Row extends Mark> {
  readonly row: Row;
  readonly x: number;
  readonly y: number;
}

export class MarkLayer {
  readonly #map: GlMap;
  readonly #canvas = document.createElement("canvas");
  readonly #pen: CanvasRenderingContext2D;
  readonly #symbols: Symbols = drawSymbols();
  readonly #tone = tones();
  #units: readonly UnitMark[] = [];
  #incidents: readonly IncidentMark[] = [];
  #centers: readonly CenterMark[] = [];
  #frame = 0;

  constructor(map: GlMap) {
    const pen = this.#canvas.getContext("2d");
    if (pen === null) throw new Error("this browser draws no canvas, but has WebGL");
    this.#map = map;
    this.#pen = pen;
    this.#canvas.className = "map-marks";
    this.#canvas.setAttribute("aria-hidden", "true");
    map.getCanvasContainer().append(this.#canvas);
    map.on("render", () => this.#draw()); // in the map's own frame: marks never lag behind a moving map
    map.on("remove", () => cancelAnimationFrame(this.#frame));
  }

  showUnits(units: readonly UnitMark[]): void {
    this.#units = units;
    this.#soon();
  }

  showIncidents(incidents: readonly IncidentMark[]): void {
    this.#incidents = incidents;
    this.#soon();
  }

  showCenters(centers: readonly CenterMark[]): void {
    this.#centers = centers;
    this.#soon();
  }

  /** What stands at this point of the canvas, the topmost kind first. */
  at(x: number, y: number): { readonly kind: Kind; readonly id: string } | null {
    const kinds: readonly [Kind, readonly Mark[], number][] = [
      ["incident", this.#incidents, this.#incidentRadius()],
      ["unit", this.#units, this.#map.getZoom() < SHAPES_FROM ? this.#dotRadius() : SYMBOL_PX / 2],
      ["center", this.#centers, (SYMBOL_PX / 2) * this.#centerSize()],
    ];
    for (const [kind, marks, radius] of kinds) {
      const [nearest] = this.#inView(marks)
        .map((placed) => ({ id: placed.row.id, away: Math.hypot(placed.x - x, placed.y - y) }))
        .filter(({ away }) => away <= radius + SLACK_PX)
        .toSorted((one, other) => one.away - other.away);
      if (nearest !== undefined) return { kind, id: nearest.id };
    }
    return null;
  }

  #soon(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#clear();
    const [centers, units, incidents] = [this.#inView(this.#centers), this.#inView(this.#units), this.#inView(this.#incidents)];
    for (const each of centers) this.#drawCenter(each);
    for (const each of units) this.#drawUnit(each);
    for (const each of incidents) this.#drawIncident(each);
    const ground = new Ground();
    for (const each of incidents) this.#nameIncident(each, ground);
    for (const each of chosenFirst(units)) this.#nameUnit(each, ground);
    for (const each of chosenFirst(centers)) this.#nameCenter(each, ground);
  }

  #clear(): void {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const ratio = devicePixelRatio;
    const [width, height] = [Math.round(clientWidth * ratio), Math.round(clientHeight * ratio)];
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.#pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.#pen.clearRect(0, 0, clientWidth, clientHeight);
    this.#pen.globalAlpha = 1;
    this.#pen.lineJoin = "round";
    this.#pen.textAlign = "center";
  }

  #inView<Row extends Mark>(rows: readonly Row[]): Placed<Row>[] {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const margin = NAME_WIDTH_PX;
    return rows.flatMap((row) => {
      const { x, y } = this.#map.project([row.lon, row.lat]);
      const seen = x > -margin && y > -margin && x < clientWidth + margin && y < clientHeight + margin;
      return seen ? [{ row, x, y }] : [];
    });
  }

  #drawUnit({ row, x, y }: Placed<UnitMark>): void {
    if (row.chosen) this.#ring(x, y, 13, 2);
    this.#pen.globalAlpha = row.stale ? DIMMED : 1;
    if (this.#map.getZoom() < SHAPES_FROM) this.#disc(x, y, this.#dotRadius(), this.#tone.status[row.status] ?? this.#tone.soft, PALETTE.labelHalo, 1);
    else this.#symbol(this.#symbols.units[row.status], x, y, 1, row.heading_deg - this.#map.getBearing());
    this.#pen.globalAlpha = 1;
  }

  #drawIncident({ row, x, y }: Placed<IncidentMark>): void {
    const urgent = row.priority === "P1" ? this.#tone.high : row.priority === "P2" ? this.#tone.medium : this.#tone.soft;
    if (row.chosen) this.#ring(x, y, 17, 2.5);
    const radius = this.#incidentRadius();
    if (row.waits) this.#disc(x, y, radius, urgent, this.#tone.ink, 2);
    else this.#disc(x, y, radius, PALETTE.labelHalo, urgent, 3);
  }

  #drawCenter({ row, x, y }: Placed<CenterMark>): void {
    if (row.chosen) this.#ring(x, y, 14, 2);
    this.#symbol(this.#symbols.center, x, y, this.#centerSize(), 0);
  }

  /** An incident's number is never left out: it is what operators say to each other. */
  #nameIncident({ row, x, y }: Placed<IncidentMark>, ground: Ground): void {
    if (this.#map.getZoom() < NUMBERS_FROM) return;
    this.#pen.font = this.#tone.font(12);
    const half = this.#pen.measureText(row.number).width / 2;
    const baseline = y - this.#incidentRadius() - 5;
    ground.take({ left: x - half, right: x + half, top: baseline - LINE_PX, bottom: baseline + 2 });
    this.#word(row.number, x, baseline, this.#tone.ink, 4);
  }

  #nameUnit({ row, x, y }: Placed<UnitMark>, ground: Ground): void {
    if (this.#map.getZoom() < SIGNS_FROM) return;
    this.#pen.globalAlpha = row.stale ? DIMMED : 1;
    this.#names(row.age === "" ? [row.sign] : [row.sign, row.age], x, y + SYMBOL_PX / 2, 11, this.#tone.ink, ground);
    this.#pen.globalAlpha = 1;
  }

  #nameCenter({ row, x, y }: Placed<CenterMark>, ground: Ground): void {
    if (this.#map.getZoom() < NAMES_FROM && !row.chosen) return;
    this.#pen.font = this.#tone.font(12);
    const broken = lines(row.name, NAME_WIDTH_PX, (text) => this.#pen.measureText(text).width);
    this.#names(broken, x, y + (SYMBOL_PX / 2) * this.#centerSize(), 12, this.#tone.soft, ground);
  }

  /** Lines of words below `top`, if the ground is free there. */
  #names(words: readonly string[], x: number, top: number, size: number, colour: string, ground: Ground): void {
    this.#pen.font = this.#tone.font(size);
    const half = Math.max(...words.map((word) => this.#pen.measureText(word).width)) / 2;
    if (!ground.takeIfFree({ left: x - half, right: x + half, top, bottom: top + words.length * LINE_PX })) return;
    for (const [index, word] of words.entries()) this.#word(word, x, top + (index + 0.85) * LINE_PX, colour, 3.2);
  }

  #word(word: string, x: number, baseline: number, colour: string, halo: number): void {
    this.#pen.strokeStyle = PALETTE.labelHalo;
    this.#pen.lineWidth = halo;
    this.#pen.strokeText(word, x, baseline);
    this.#pen.fillStyle = colour;
    this.#pen.fillText(word, x, baseline);
  }

  #ring(x: number, y: number, radius: number, width: number): void {
    this.#circle(x, y, radius);
    this.#pen.strokeStyle = this.#tone.focus;
    this.#pen.lineWidth = width;
    this.#pen.stroke();
  }

  #disc(x: number, y: number, radius: number, fill: string, edge: string, width: number): void {
    this.#circle(x, y, radius + width / 2); // the edge stands outside, as on the board
    this.#pen.fillStyle = fill;
    this.#pen.fill();
    this.#pen.strokeStyle = edge;
    this.#pen.lineWidth = width;
    this.#pen.stroke();
  }

  #circle(x: number, y: number, radius: number): void {
    this.#pen.beginPath();
    this.#pen.arc(x, y, radius, 0, 2 * Math.PI);
  }

  #symbol(image: HTMLCanvasElement, x: number, y: number, size: number, turn_deg: number): void {
    const side = SYMBOL_PX * size;
    this.#pen.save();
    this.#pen.translate(x, y);
    this.#pen.rotate((turn_deg * Math.PI) / 180);
    this.#pen.drawImage(image, -side / 2, -side / 2, side, side);
    this.#pen.restore();
  }

  #dotRadius(): number {
    return between(this.#map.getZoom(), [8, 2.5], [12, 4.5]);
  }

  #incidentRadius(): number {
    return between(this.#map.getZoom(), [8, 6], [13, 9]);
  }

  #centerSize(): number {
    return between(this.#map.getZoom(), [8, 0.45], [13, 0.8]);
  }
}

/** The line through two corners, level before and after them. */
function between(zoom: number, [from, low]: readonly [number, number], [to, high]: readonly [number, number]): number {
  return low + (high - low) * Math.min(1, Math.max(0, (zoom - from) / (to - from)));
}

function chosenFirst<Row extends Mark>(placed: readonly Placed<Row>[]): Placed<Row>[] {
  return placed.toSorted((one, other) => Number(other.row.chosen) - Number(one.row.chosen));
}

/** The colours and the type of tokens.css, read once: a canvas knows no custom properties. */
function tones() {
  const sans = token("--sans");
  return {
    font: (size: number): string => `${size}px ${sans}`,
    status: Object.fromEntries(STATUS_ORDER.map((status) => [status, token(STATUS_SHAPES[status].colour)])),
    ink: token("--ink"),
    soft: token("--ink-soft"),
    focus: token("--focus"),
    high: token("--alarm-high"),
    medium: token("--alarm-medium"),
  };
}
