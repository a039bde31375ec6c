/** The live tables as pure values: a snapshot, then numbered changes; a number that does not fit is a gap. */
import { TABLE_NAMES, type TableName, type Tables } from "./rows.ts";

export type TableMap<K extends TableName> = ReadonlyMap<string, Tables[K]>;
export type TableMaps = { readonly [K in TableName]: TableMap<K> };

export interface Feed {
  readonly epoch: string | null;
  /** The journal number up to which the tables are true; null before the first snapshot. */
  readonly seq: number | null;
  readonly tables: TableMaps;
}

type Rows = Readonly<Record<string, unknown>>;

export interface SnapshotFrame {
  readonly t: "snapshot";
  readonly feed_epoch: string;
  readonly seq: number;
  readonly tables: Readonly<Record<string, Rows>>;
}

export interface ChangeFrame {
  readonly t: "change";
  readonly from_seq: number;
  readonly to_seq: number;
  readonly set?: Readonly<Record<string, Rows>>;
  readonly drop?: Readonly<Record<string, readonly string[]>>;
}

const NO_ROWS: ReadonlyMap<string, never> = new Map<string, never>();

function tablesOf(build: (name: TableName) => ReadonlyMap<string, unknown>): TableMaps {
  return Object.fromEntries(TABLE_NAMES.map((name) => [name, build(name)])) as unknown as TableMaps;
}

export const EMPTY_FEED: Feed = { epoch: null, seq: null, tables: tablesOf(() => NO_ROWS) };

/** Replace everything: what the snapshot does not name is empty. */
export function withSnapshot(frame: SnapshotFrame): Feed {
  return {
    epoch: frame.feed_epoch,
    seq: frame.seq,
    tables: tablesOf((name) => new Map(Object.entries(frame.tables[name] ?? {}))),
  };
}

/**
 * Apply one change, or return "gap" when it does not continue what we have; "old" when it is already contained.
 * Untouched tables keep their identity, so that only their readers redraw.
 */
export function withChange(feed: Feed, frame: ChangeFrame): Feed | "gap" | "old" {
  if (feed.seq === null) return "gap";
  if (frame.to_seq <= feed.seq && frame.from_seq < feed.seq) return "old";
  if (frame.from_seq !== feed.seq) return "gap";
  const touched = new Set([...Object.keys(frame.set ?? {}), ...Object.keys(frame.drop ?? {})]);
  const tables = tablesOf((name) => {
    const before: ReadonlyMap<string, unknown> = feed.tables[name];
    return touched.has(name) ? changed(before, frame.set?.[name] ?? {}, frame.drop?.[name] ?? []) : before;
  });
  return { epoch: feed.epoch, seq: frame.to_seq, tables };
}

function changed(before: ReadonlyMap<string, unknown>, set: Rows, drop: readonly string[]): ReadonlyMap<string, unknown> {
  const after = new Map(before);
  for (const id of drop) after.delete(id);
  for (const [id, row] of Object.entries(set)) after.set(id, row);
  return after;
}

/** What to ask for after a (re)connection: the missed changes when we have a feed, else everything. */
export function subscription(feed: Feed): { t: "subscribe"; feed_epoch: string | null; offset: number | null } {
  return { t: "subscribe", feed_epoch: feed.epoch, offset: feed.epoch === null ? null : feed.seq };
}
