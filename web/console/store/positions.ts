/** Where the units are, each with the time of its fix: telemetry, never a row of a table. */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { PositionsFrame } from "@shared/frames.ts";

export interface Fix {
  readonly lon: number;
  readonly lat: number;
  readonly heading_deg: number | null;
  readonly fix_at: string;
}

export class Positions {
  /** Redrawn at most once a second by those who read it. */
  readonly fixes: ReadonlySignal<ReadonlyMap<string, Fix>>;
  readonly #fixes = signal<ReadonlyMap<string, Fix>>(new Map());

  constructor() {
    this.fixes = this.#fixes;
  }

  readonly take = (frame: PositionsFrame): void => {
    const next = new Map(this.#fixes.peek());
    for (const [unit, lon, lat, heading_deg, , fix_at] of frame.units) next.set(unit, { lon, lat, heading_deg, fix_at });
    this.#fixes.value = next;
  };
}
