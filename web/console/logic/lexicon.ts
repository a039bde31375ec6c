/** The things a command can name, and how a typed word finds them. Pure: built from the tables and the catalogue. */
import type { ArgumentKind } from "./verbs.ts";

export interface Entry {
  readonly id: string;
  /** What the command line writes when this entry is taken. */
  readonly name: string;
  /** Other words that mean it: the other language, its code. */
  readonly aliases: readonly string[];
  /** What stands beside it in the list of completions. */
  readonly hint: string;
}

export type Lexicon = Readonly<Partial<Record<ArgumentKind, readonly Entry[]>>> & {
  /** Questions with the words of their answers. */
  readonly questions: readonly QuestionEntry[];
  /** The call signs of the recommendation in the order shown, for `D #2`. */
  readonly ranked: readonly string[];
};

export interface QuestionEntry extends Entry {
  readonly answers: readonly Entry[];
  readonly takes: "known" | "choice" | "number" | "age" | "clock";
}

export type Found = { readonly entry: Entry } | { readonly ambiguous: readonly Entry[] } | null;

/** An input method in full-width mode writes Ｄ, １ and ＃: they mean what they look like. */
const fold = (word: string): string => word.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

/** Find what a typed word means: the exact name first, then a number at the end of a name (`37` → 急救037), then the only one that starts so. */
export function find(entries: readonly Entry[], typed: string): Found {
  const word = fold(typed);
  if (word === "") return null;
  const named = (entry: Entry): readonly string[] => [entry.name, entry.id, ...entry.aliases].map(fold);
  const exact = entries.find((entry) => named(entry).includes(word));
  if (exact !== undefined) return { entry: exact };
  const numbered = /^\d+$/.test(word) ? entries.filter((entry) => endsWithNumber(fold(entry.name), Number(word))) : [];
  const started = numbered.length > 0 ? numbered : entries.filter((entry) => named(entry).some((name) => name.startsWith(word)));
  const [first, ...others] = started;
  if (first === undefined) return null;
  return others.length === 0 ? { entry: first } : { ambiguous: started };
}

/** The only entry that holds a typed fragment of two characters or more (`协和` → 北京协和医院): where a name must stand and nothing begins so. */
export function findWithin(entries: readonly Entry[], typed: string): Found {
  const word = fold(typed);
  if (word.length < 2) return null;
  const [first, ...others] = entries.filter((entry) => [entry.name, ...entry.aliases].some((name) => fold(name).includes(word)));
  if (first === undefined) return null;
  return others.length === 0 ? { entry: first } : { ambiguous: [first, ...others] };
}

function endsWithNumber(name: string, number: number): boolean {
  const digits = /(\d+)$/.exec(name)?.[1];
  return digits !== undefined && Number(digits) === number;
}

/** Entries a typed fragment may become, best first: exact, starts so, holds it. */
export function complete(entries: readonly Entry[], typed: string, limit: number): readonly Entry[] {
  const word = fold(typed);
  const scored: [number, Entry][] = [];
  for (const entry of entries) {
    const names = [entry.name, ...entry.aliases].map(fold);
    const score = Math.min(...names.map((name) => (name === word ? 0 : name.startsWith(word) ? 1 : name.includes(word) ? 2 : 9)));
    if (score < 9) scored.push([score, entry]);
  }
  return scored.sort((a, b) => a[0] - b[0]).slice(0, limit).map(([, entry]) => entry);
}
