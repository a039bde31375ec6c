/** The console's sentences: what medicine asks, what the desk says, what all pages share, and its own. */
import direct from "@texts/direct.json";
import flow from "@texts/flow.json";
import journey from "@texts/journey.json";
import location from "@texts/location.json";
import own from "@texts/console.json";
import places from "@texts/places.json";
import protocols from "@texts/protocols.json";
import record from "@texts/record.json";
import scene from "@texts/scene.json";
import shared from "@texts/shared.json";
import standby from "@texts/standby.json";
import team from "@texts/team.json";
import telephony from "@texts/telephony.json";
import triage from "@texts/call_triage.json";
import { both, fill, lang, translator } from "@shared/texts.ts";
import type { Both } from "@shared/words.ts";

const catalogue = { ...places, ...protocols, ...triage, ...flow, ...standby, ...scene, ...direct, ...journey, ...location, ...telephony, ...record, ...team, ...shared, ...own };
export type Key = keyof typeof catalogue;

export const t = translator(catalogue);
export { both, lang };

/** Fill a sentence in both languages at once: what was said stays readable when the language changes. A parameter may be a sentence itself. */
export function bothOf(key: Key, params: Readonly<Record<string, string | Both>> = {}): Both {
  const filled = (tongue: "zh" | "en"): string => {
    const said = Object.entries(params).map(([name, value]) => [name, typeof value === "string" ? value : value[tongue]] as const);
    return fill(catalogue[key][tongue], Object.fromEntries(said));
  };
  return { zh: filled("zh"), en: filled("en") };
}

/** Several things in one line. */
export function listed(words: readonly string[]): string {
  return words.join(lang.value === "zh" ? "、" : ", ");
}

/** A sentence that only some codes have; empty when this one has none. */
export function maybe(key: string): string {
  return (catalogue as Readonly<Record<string, Both>>)[key]?.[lang.value] ?? "";
}

/** What stands between a name and what belongs to it. */
export function colon(): string {
  return lang.value === "zh" ? "：" : ": ";
}

/** Every name of a code, in both languages: the command line takes either. None when the catalogue has none. */
export function namesOf(prefix: string, code: string): readonly string[] {
  const all: Readonly<Record<string, Both>> = catalogue;
  const found = all[`${prefix}.${code}`] ?? all[code];
  return found === undefined ? [] : [found.zh, found.en];
}

/** Every code that the catalogue has a name for under a prefix. */
export function codesOf(prefix: string): readonly string[] {
  return Object.keys(catalogue).flatMap((key) => (key.startsWith(`${prefix}.`) ? [key.slice(prefix.length + 1)] : []));
}
