/** Which tiles stand on the wall when more patients come than it has room for: everybody is seen at least in turn. */

export interface WallPage<T> {
  readonly shown: readonly T[];
  /** From 0; a wall with room for all has one page. */
  readonly page: number;
  readonly pages: number;
}

/**
 * Keep whoever waits for an answer in place, as long as one place is left to turn; all others take turns by page.
 * `tiles` are in their order on the wall, `waiting` in the order in which they must be answered; `turn` counts up.
 */
export function wallPage<T>(tiles: readonly T[], waiting: readonly T[], most: number, turn: number): WallPage<T> {
  if (tiles.length <= most) return { shown: tiles, page: 0, pages: 1 };
  const fixed = new Set(waiting.slice(0, most - 1));
  const turning = tiles.filter((tile) => !fixed.has(tile));
  const room = most - fixed.size;
  const pages = Math.ceil(turning.length / room);
  const page = turn % pages;
  const start = Math.min(page * room, Math.max(0, turning.length - room)); // the last page is a full one too
  const now = new Set(turning.slice(start, start + room));
  return { shown: tiles.filter((tile) => fixed.has(tile) || now.has(tile)), page, pages };
}
