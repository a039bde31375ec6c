/**
 * Sentences by key, in two languages. A page names the text files it needs and only those are bundled:
 *
 *     import shared from "@texts/shared.json";
 *     import wall from "@texts/wall.json";
 *     export const t = translator({ ...shared, ...wall });
 *
 * A key that is in none of the named files does not compile.
 */
import { effect, signal } from "@preact/signals";
import type { Both, Lang } from "./words.ts";

export type Params = Readonly<Record<string, string | number>>;

const KEY = "gc.lang";

/** The language of the screen; remembered on the device, Chinese unless chosen otherwise. */
export const lang = signal<Lang>(localStorage.getItem(KEY) === "en" ? "en" : "zh");

effect(() => {
  localStorage.setItem(KEY, lang.value);
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
});

/** Put parameters into a sentence; a missing one stays visible as its name, so that nobody reads a wrong number. */
export function fill(sentence: string, params: Params = {}): string {
  return sentence.replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole));
}

export type Translate<K extends string> = ((key: K, params?: Params) => string) & {
  /** The sentence of a code that came over the wire, or the code itself when no named file has it. */
  code: (prefix: string, code: string, params?: Params) => string;
};

export function translator<C extends Readonly<Record<string, Both>>>(catalogue: C): Translate<keyof C & string> {
  const t = (key: keyof C & string, params?: Params): string => fill(catalogue[key]?.[lang.value] ?? key, params);
  const code = (prefix: string, name: string, params?: Params): string => {
    const found = catalogue[`${prefix}.${name}`] ?? catalogue[name];
    return found === undefined ? name.replaceAll("_", " ") : fill(found[lang.value], params);
  };
  return Object.assign(t, { code });
}

/** A sentence that the server already filled in both languages. */
export function both(text: Both): string {
  return text[lang.value];
}
