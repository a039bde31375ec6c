/** Nothing reorders under the selection: keep what is shown, and count what would change. Pure. */

export interface Shown<Row> {
  readonly rows: readonly Row[];
  /** How many rows would appear, vanish or move if the new order were taken. */
  readonly pending: number;
}

/**
 * Rows to show: the newest order when the list is free, else the shown order with each row's newest content.
 *
 * A row that vanished stays where it is, as it was last seen: `isGone` tells the page to mark it.
 */
export function lockOrder<Row>(shown: readonly Row[], newest: readonly Row[], idOf: (row: Row) => string, held: boolean): Shown<Row> {
  if (!held || shown.length === 0) return { rows: newest, pending: 0 };
  const fresh = new Map(newest.map((row) => [idOf(row), row]));
  const rows = shown.map((row) => fresh.get(idOf(row)) ?? row);
  return { rows, pending: changes(shown.map(idOf), newest.map(idOf)) };
}

export function isGone<Row>(row: Row, newest: readonly Row[], idOf: (row: Row) => string): boolean {
  return !newest.some((each) => idOf(each) === idOf(row));
}

/** Rows that are new, gone, or not in their old order among those that stayed. */
export function changes(shown: readonly string[], newest: readonly string[]): number {
  const before = new Set(shown);
  const after = new Set(newest);
  const stayedBefore = shown.filter((id) => after.has(id));
  const stayedAfter = newest.filter((id) => before.has(id));
  const moved = stayedBefore.filter((id, place) => stayedAfter[place] !== id).length;
  return shown.length - stayedBefore.length + (newest.length - stayedAfter.length) + moved;
}
