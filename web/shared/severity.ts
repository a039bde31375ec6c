/**
 * The one severity table of all three pages (after IEC 60601-1-8 as monitor manuals show it; this is not a medical alarm device).
 * Colour, mark and word always together; alarm colours are used for nothing else.
 */
import type { AlarmLevel } from "./frames.ts";
import type { Priority } from "./words.ts";

export interface Severity {
  /** Rank for sorting: 0 is the worst. */
  readonly rank: number;
  /** The mark that stands beside the value: `***`, `**`, `*`. */
  readonly mark: string;
  /** A class of tokens.css: background and ink of the alarm. */
  readonly className: string;
  /** Flashes per second of the outline; 0 is steady. Never more than 3. */
  readonly flashHz: number;
}

export const SEVERITY: Readonly<Record<AlarmLevel, Severity>> = {
  high: { rank: 0, mark: "***", className: "alarm-high", flashHz: 2 },
  medium: { rank: 1, mark: "**", className: "alarm-medium", flashHz: 0.5 },
  low: { rank: 2, mark: "*", className: "alarm-low", flashHz: 0 },
  none: { rank: 3, mark: "", className: "alarm-none", flashHz: 0 },
};

/** Priorities carry a shape as well as a colour: ◆ ▲ ● ○. */
export const PRIORITY: Readonly<Record<Priority, { readonly shape: string; readonly className: string; readonly rank: number }>> = {
  P1: { shape: "◆", className: "priority-1", rank: 0 },
  P2: { shape: "▲", className: "priority-2", rank: 1 },
  P3: { shape: "●", className: "priority-3", rank: 2 },
  P4: { shape: "○", className: "priority-4", rank: 3 },
};

/** The worst of several levels. */
export function worst(levels: Iterable<AlarmLevel>): AlarmLevel {
  let found: AlarmLevel = "none";
  for (const level of levels) if (SEVERITY[level].rank < SEVERITY[found].rank) found = level;
  return found;
}
