/**
 * ECG on our own canvas: 25 mm/s, 10 mm/mV, a millimetre grid and a 1 mV calibration pulse. How long a millimetre is, the caller says
 * (scale.ts). The software draws; it never reads the trace.
 */
import { scale } from "./scale.ts";
import { leadNames, NO_VALUE, type WaveChunk } from "../wave.ts";

const MM_PER_S = 25;
const MM_PER_MV = 10;

interface Palette {
  readonly paper: string;
  readonly fine: string;
  readonly coarse: string;
  readonly trace: string;
  readonly label: string;
}

function paletteOf(canvas: HTMLCanvasElement): Palette {
  const style = getComputedStyle(canvas);
  const token = (name: string, otherwise: string): string => style.getPropertyValue(`--ecg-${name}`).trim() || otherwise;
  return {
    paper: token("paper", "#0c1113"),
    fine: token("fine", "#172023"),
    coarse: token("coarse", "#243236"),
    trace: token("trace", "#dff5e6"),
    label: token("label", "#a9b6bd"),
  };
}

/** Fit the canvas's pixels to its box and the screen's density; return a context that speaks CSS pixels. */
function prepared(canvas: HTMLCanvasElement): { pen: CanvasRenderingContext2D; width: number; height: number } {
  const { width, height } = canvas.getBoundingClientRect();
  const density = devicePixelRatio || 1;
  canvas.width = Math.max(1, Math.round(width * density));
  canvas.height = Math.max(1, Math.round(height * density));
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("this browser draws no 2d canvas");
  pen.setTransform(density, 0, 0, density, 0, 0);
  return { pen, width, height };
}

function grid(pen: CanvasRenderingContext2D, width: number, height: number, pxPerMm: number, colours: Palette): void {
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, width, height);
  if (!(pxPerMm > 0)) return; // a box without a size, because it is hidden or on its way out: millimetres would never end
  const fineIsVisible = pxPerMm >= 2.5; // finer than that it is only grey
  for (let mm = 0; mm * pxPerMm <= Math.max(width, height); mm++) {
    const coarse = mm % 5 === 0;
    if (!coarse && !fineIsVisible) continue;
    pen.fillStyle = coarse ? colours.coarse : colours.fine;
    const at = mm * pxPerMm;
    pen.fillRect(at, 0, coarse ? 1 : 0.6, height);
    pen.fillRect(0, at, width, coarse ? 1 : 0.6);
  }
}

/** A sweeping strip of one or more leads, fed by waveform chunks as they come. */
export class EcgSweep {
  readonly #canvas: HTMLCanvasElement;
  readonly #leads: readonly string[];
  #pxPerMm: number;
  #pen: CanvasRenderingContext2D | null = null;
  #paper: HTMLCanvasElement | null = null;
  #width = 0;
  #height = 0;
  #chunks: WaveChunk[] = [];
  #rate = 0;
  #stream = -1;
  #next = 0; // the next sample to draw
  #newest = 0; // one after the newest sample received
  #lastDrawMs = 0;
  #credit = 0; // samples that real time has earned and that are not drawn yet

  constructor(canvas: HTMLCanvasElement, leads: readonly string[] = ["II"]) {
    this.#canvas = canvas;
    this.#leads = leads;
    this.#pxPerMm = scale.peek().pxPerMm;
    this.resize(this.#pxPerMm);
  }

  resize(pxPerMm: number): void {
    this.#pxPerMm = pxPerMm;
    const { pen, width, height } = prepared(this.#canvas);
    this.#pen = pen;
    this.#width = width;
    this.#height = height;
    const paper = document.createElement("canvas");
    paper.width = this.#canvas.width;
    paper.height = this.#canvas.height;
    const under = paper.getContext("2d");
    if (under === null) return;
    const density = this.#canvas.width / Math.max(1, width);
    under.setTransform(density, 0, 0, density, 0, 0);
    const colours = paletteOf(this.#canvas);
    grid(under, width, height, this.#pxPerMm, colours);
    under.fillStyle = colours.label;
    under.font = "14px sans-serif";
    this.#leads.forEach((name, i) => under.fillText(name, 6, this.#middle(i) - this.#rowHeight() / 2 + 16));
    this.#paper = paper;
    pen.drawImage(paper, 0, 0, width, height);
  }

  /** Take a chunk; another stream or rate starts the strip anew. */
  push(chunk: WaveChunk): void {
    if (chunk.streamNo !== this.#stream || chunk.sampleRateHz !== this.#rate) {
      this.#stream = chunk.streamNo;
      this.#rate = chunk.sampleRateHz;
      this.#chunks = [];
      this.#next = chunk.firstSample;
      this.#newest = chunk.firstSample;
    }
    if (chunk.firstSample + chunk.samples.length / chunk.leads <= this.#newest) return; // a repeat
    this.#chunks.push(chunk);
    this.#newest = chunk.firstSample + chunk.samples.length / chunk.leads;
    const keep = this.#newest - this.#rate * 4;
    this.#chunks = this.#chunks.filter((one) => one.firstSample + one.samples.length / one.leads > keep);
    if (this.#newest - this.#next > this.#rate * 2.5) this.#next = this.#newest - this.#rate; // too far behind: jump
  }

  /** Draw what real time has earned since the last call; call it from requestAnimationFrame. */
  draw(nowMs: number): void {
    const elapsed = Math.min(250, nowMs - this.#lastDrawMs);
    this.#lastDrawMs = nowMs;
    if (this.#rate === 0) return;
    const behind = this.#newest - this.#next;
    // One second of delay evens out the network; a little faster or slower keeps it there.
    const pace = behind > this.#rate * 1.5 ? 1.1 : behind < this.#rate * 0.5 ? 0.9 : 1;
    this.#credit = Math.min(behind, this.#credit + (elapsed / 1000) * this.#rate * pace);
    const count = Math.floor(this.#credit);
    if (count <= 0) return;
    this.#credit -= count;
    this.#strip(this.#next, this.#next + count);
    this.#next += count;
  }

  #rowHeight(): number {
    return this.#height / this.#leads.length;
  }

  #middle(row: number): number {
    return this.#rowHeight() * (row + 0.58);
  }

  #x(sample: number): number {
    return ((sample / this.#rate) * MM_PER_S * this.#pxPerMm) % this.#width;
  }

  /** Erase ahead of the pen and draw samples [from, to) of every lead. */
  #strip(from: number, to: number): void {
    const pen = this.#pen;
    if (pen === null || this.#paper === null) return;
    const start = this.#x(from);
    const length = ((to - from) / this.#rate) * MM_PER_S * this.#pxPerMm;
    this.#erase(start, length + 14);
    pen.strokeStyle = paletteOf(this.#canvas).trace;
    pen.lineWidth = 1.8;
    pen.lineJoin = "round";
    this.#leads.forEach((name, row) => this.#trace(pen, name, row, from, to));
  }

  #erase(x: number, length: number): void {
    const paper = this.#paper;
    if (paper === null) return;
    const density = paper.width / Math.max(1, this.#width);
    const part = (left: number, right: number): void => {
      if (right <= left) return;
      this.#pen?.drawImage(paper, left * density, 0, (right - left) * density, paper.height, left, 0, right - left, this.#height);
    };
    part(x, Math.min(this.#width, x + length));
    part(0, Math.max(0, x + length - this.#width));
  }

  #trace(pen: CanvasRenderingContext2D, name: string, row: number, from: number, to: number): void {
    let before: { x: number; y: number } | null = null;
    pen.beginPath();
    for (let sample = from - 1; sample < to; sample++) {
      const mv = this.#millivolts(sample, name);
      if (mv === null) {
        before = null;
        continue;
      }
      const x = this.#x(sample);
      const y = this.#middle(row) - mv * MM_PER_MV * this.#pxPerMm;
      if (before !== null && x >= before.x) {
        pen.moveTo(before.x, before.y);
        pen.lineTo(x, y);
      }
      before = { x, y };
    }
    pen.stroke();
  }

  #millivolts(sample: number, lead: string): number | null {
    for (let i = this.#chunks.length - 1; i >= 0; i--) {
      const chunk = this.#chunks[i];
      if (chunk === undefined || sample < chunk.firstSample) continue;
      const at = sample - chunk.firstSample;
      const column = leadNames(chunk.leads).indexOf(lead);
      if (column < 0 || at >= chunk.samples.length / chunk.leads) return null; // a lead we don't have, or a gap
      const value = chunk.samples[at * chunk.leads + column] ?? NO_VALUE;
      return value === NO_VALUE ? null : (value * chunk.uvPerLsb) / 1000;
    }
    return null;
  }
}

/** A recorded 12-lead: samples interleaved, lead after lead per frame. */
export interface EcgRecord {
  readonly leads: readonly string[];
  readonly sampleRateHz: number;
  readonly uvPerLsb: number;
  readonly samples: Int16Array;
}

const COLUMNS = [["I", "II", "III"], ["aVR", "aVL", "aVF"], ["V1", "V2", "V3"], ["V4", "V5", "V6"]];
const COLUMN_S = 2.5;
const PULSE_MM = 8;
/** The whole picture in millimetres: the pulse and ten seconds, four rows. */
export const PAPER_MM = { width: PULSE_MM + 4 * COLUMN_S * MM_PER_S, height: 108 } as const;

/** The pixels per millimetre with which the whole picture fits into the canvas's box. */
export function fittingPxPerMm(canvas: HTMLCanvasElement): number {
  const { width, height } = canvas.getBoundingClientRect();
  return Math.min(width / PAPER_MM.width, height / PAPER_MM.height);
}

/** Draw 12 leads as 3 × 4 of 2.5 s each and a rhythm strip of lead II. */
export function drawTwelveLead(canvas: HTMLCanvasElement, record: EcgRecord, pxPerMm: number): void {
  const { pen, width, height } = prepared(canvas);
  const colours = paletteOf(canvas);
  grid(pen, width, height, pxPerMm, colours);
  const rowMm = height / pxPerMm / 4;
  const letterPx = Math.max(15, Math.round(height / 32)); // readable from where the whole picture is
  const letters = `${letterPx}px sans-serif`;
  pen.lineWidth = Math.max(1.5, height / 480);
  pen.lineJoin = "round";
  const place = (lead: string, row: number, fromS: number, toS: number, leftMm: number): void => {
    const baseline = (row + 0.55) * rowMm * pxPerMm;
    pen.fillStyle = colours.label;
    pen.font = letters;
    pen.fillText(lead, leftMm * pxPerMm + 4, Math.max(letterPx, baseline - 13 * pxPerMm));
    strokeLead(pen, record, lead, fromS, toS, leftMm * pxPerMm, baseline, pxPerMm, colours);
  };
  for (let row = 0; row < 4; row++) calibrationPulse(pen, (row + 0.55) * rowMm * pxPerMm, pxPerMm, colours);
  COLUMNS.forEach((leads, column) => {
    leads.forEach((lead, row) => place(lead, row, column * COLUMN_S, (column + 1) * COLUMN_S, PULSE_MM + column * COLUMN_S * MM_PER_S));
  });
  place("II", 3, 0, 4 * COLUMN_S, PULSE_MM);
}

function strokeLead(
  pen: CanvasRenderingContext2D, record: EcgRecord, lead: string, fromS: number, toS: number, left: number, baseline: number,
  pxPerMm: number, colours: Palette,
): void {
  const column = record.leads.indexOf(lead);
  if (column < 0) return;
  const last = Math.min(Math.floor(toS * record.sampleRateHz), Math.floor(record.samples.length / record.leads.length));
  const first = Math.floor(fromS * record.sampleRateHz);
  pen.strokeStyle = colours.trace;
  pen.beginPath();
  let joined = false;
  for (let i = first; i < last; i++) {
    const sample = record.samples[i * record.leads.length + column] ?? NO_VALUE;
    if (sample === NO_VALUE) {
      joined = false; // the lead was off: a gap, never a line through zero
      continue;
    }
    const mv = (sample * record.uvPerLsb) / 1000;
    const x = left + ((i - first) / record.sampleRateHz) * MM_PER_S * pxPerMm;
    const y = baseline - mv * MM_PER_MV * pxPerMm;
    if (joined) pen.lineTo(x, y);
    else pen.moveTo(x, y);
    joined = true;
  }
  pen.stroke();
}

function calibrationPulse(pen: CanvasRenderingContext2D, baseline: number, pxPerMm: number, colours: Palette): void {
  const top = baseline - MM_PER_MV * pxPerMm;
  pen.strokeStyle = colours.trace;
  pen.beginPath();
  pen.moveTo(0.5 * pxPerMm, baseline);
  for (const [x, y] of [[1.5, baseline], [1.5, top], [6.5, top], [6.5, baseline], [7.5, baseline]] as const) pen.lineTo(x * pxPerMm, y);
  pen.stroke();
}

/** The head of a 12-lead as the server stores it: `X-Sample-Rate-Hz`, `X-Leads`, `X-Uv-Per-Lsb`; null when one is missing. */
export function recordFrom(headers: Headers, body: ArrayBuffer): EcgRecord | null {
  const sampleRateHz = Number(headers.get("x-sample-rate-hz"));
  const uvPerLsb = Number(headers.get("x-uv-per-lsb"));
  const leads = (headers.get("x-leads") ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "");
  if (!(sampleRateHz > 0) || !(uvPerLsb > 0) || leads.length === 0) return null;
  const view = new DataView(body);
  const samples = new Int16Array(Math.floor(body.byteLength / 2));
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(i * 2, true);
  return { leads, sampleRateHz, uvPerLsb, samples };
}
