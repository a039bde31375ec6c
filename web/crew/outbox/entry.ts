/**
 * What the tablet still owes the server, as pure values. Streams are contiguous from 1; an acknowledgement is cumulative.
 */
import type { Commands, Slug } from "@shared/commands.ts";
import { kindOf } from "@shared/commands.ts";
import type { Both, Iso } from "@shared/words.ts";

export type CommandEntry = { readonly [S in Slug]: EntryOf<S> }[Slug];

interface EntryOf<S extends Slug> {
  /** "<outbox_id>/<name>": the id is random and made with the storage, so a wiped tablet starts a new stream. */
  readonly stream: string;
  readonly seq: number;
  readonly id: string;
  /** When it happened, on the server's clock as far as this device has measured it. */
  readonly at: Iso;
  /** The server's clock minus this device's clock when the entry was made; null: never measured, so `at` is the device's own. */
  readonly clock_offset_ms: number | null;
  readonly slug: S;
  readonly data: Commands[S];
}

/** What the monitor read, once a second. */
export interface ReadingEntry extends Omit<EntryOf<Slug>, "slug" | "data"> {
  readonly reading: { readonly patient_id: string; readonly device_id: string; readonly values: Readonly<Record<string, number>> };
}

/** One numbered message. */
export type Entry = CommandEntry | ReadingEntry;

export function isCommand(entry: Entry): entry is CommandEntry {
  return "slug" in entry;
}

/** The frame that carries an entry. */
export function putFrame(entry: Entry): object {
  const { stream, seq, id, at, clock_offset_ms } = entry;
  if (!isCommand(entry)) return { t: "put", stream, seq, id, kind: "vitals", at, clock_offset_ms, body: entry.reading };
  const body = { kind: kindOf(entry.slug), data: entry.data, entered_for: null };
  return { t: "put", stream, seq, id, kind: "command", at, clock_offset_ms, body };
}

/** What is left after the server committed `stream` up to `seq`. */
export function afterCommit<E extends Entry>(pending: readonly E[], stream: string, seq: number): readonly E[] {
  return pending.filter((entry) => entry.stream !== stream || entry.seq > seq);
}

/** What is left after a welcome that names the committed number of every stream. */
export function afterWelcome<E extends Entry>(pending: readonly E[], committed: Readonly<Record<string, number>>): readonly E[] {
  return pending.filter((entry) => entry.seq > (committed[entry.stream] ?? 0));
}

/** "未发送 3 · 最早 02:10": how many, and since when the oldest waits (server clock); null when everything is sent. */
export function unsent(pending: readonly CommandEntry[]): { readonly count: number; readonly oldestMs: number } | null {
  if (pending.length === 0) return null;
  return { count: pending.length, oldestMs: Math.min(...pending.map((entry) => Date.parse(entry.at))) };
}

/** A command that a rule refused after the fact: the crew must see it, with the sentence. */
export interface RefusedEntry {
  readonly entry: CommandEntry;
  readonly code: string;
  readonly text: Both;
}
