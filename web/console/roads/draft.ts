/** A closure or slow zone while it is being drawn: what was clicked so far, and what it shall be. */
import { signal } from "@preact/signals";
import type { Iso } from "@shared/words.ts";

export type LonLat = readonly [number, number];
export type Mode = "outline" | "picks";
/** "lifted": until somebody lifts it. "at": until a typed moment. */
export type Until = "30" | "60" | "120" | "240" | "480" | "lifted" | "at";
export const UNTILS: readonly Until[] = ["30", "60", "120", "240", "480", "lifted", "at"];
export const FACTORS: readonly number[] = [1.5, 2, 3, 5, 10];

/** A triangle is the least outline, one click the least pick. */
const LEAST: Readonly<Record<Mode, number>> = { outline: 3, picks: 1 };

export class RoadDraft {
  /** The list of measures is open. */
  readonly open = signal(false);
  /** What clicks on the map add to; null: clicks mean what they always mean. */
  readonly mode = signal<Mode | null>(null);
  readonly points = signal<readonly LonLat[]>([]);

  begin(mode: Mode): void {
    this.open.value = true;
    if (this.mode.peek() !== mode) this.points.value = [];
    this.mode.value = mode;
  }

  add(lon: number, lat: number): void {
    this.points.value = [...this.points.peek(), [lon, lat]];
  }

  back(): void {
    this.points.value = this.points.peek().slice(0, -1);
  }

  clear(): void {
    this.mode.value = null;
    this.points.value = [];
  }

  ready(): boolean {
    const mode = this.mode.value;
    return mode !== null && this.points.value.length >= LEAST[mode];
  }
}

/** A typed local moment ("2026-11-22T06:30", in the city's own time) as an instant; null when nothing is typed. */
export function momentIn(local: string): Iso | null {
  return local === "" ? null : new Date(`${local}:00+08:00`).toISOString();
}

/** When a measure that is put in force now, or at `begins`, ends; null: when it is lifted. */
export function endOf(until: Until, typed: string, begins: Iso | null, nowMs: number): Iso | null {
  if (until === "lifted") return null;
  if (until === "at") return momentIn(typed);
  return new Date((begins === null ? nowMs : Date.parse(begins)) + Number(until) * 60_000).toISOString();
}
