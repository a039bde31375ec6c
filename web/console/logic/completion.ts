/** What the word under the caret may become. Pure. */
import { showable, words } from "./command_line.ts";
import { complete, find, type Entry, type Lexicon, type QuestionEntry } from "./lexicon.ts";
import { VERBS, verbOf, type Verb } from "./verbs.ts";

export interface Completion {
  readonly entry: Entry;
  /** The whole line once this is taken. */
  readonly line: string;
}

const LIMIT = 8;

/** Complete the last word of a line; `verbHint` gives each verb's one-line explanation. */
export function completions(line: string, lexicon: Lexicon, verbHint: (verb: Verb) => string): readonly Completion[] {
  const typed = words(line);
  const open = /[\s\u3000]$/.test(line) || line === "";
  const fragment = open ? "" : (typed.at(-1) ?? "");
  const before = open ? typed : typed.slice(0, -1);
  const [first, ...taken] = before;
  const candidates = first === undefined ? verbsAndNames(fragment, lexicon, verbHint) : argumentsOf(first, taken, fragment, lexicon);
  const start = before.join(" ");
  return candidates.map((entry) => ({ entry, line: `${start === "" ? "" : `${start} `}${entry.name} ` }));
}

function verbsAndNames(fragment: string, lexicon: Lexicon, verbHint: (verb: Verb) => string): readonly Entry[] {
  const verbs = VERBS.map((verb) => ({ id: verb.name, name: verb.name, aliases: verb.aliases, hint: verbHint(verb) }));
  if (fragment === "") return verbs.slice(0, LIMIT);
  return [...complete(verbs, fragment, LIMIT), ...complete(showable(lexicon), fragment, LIMIT)].slice(0, LIMIT);
}

function argumentsOf(first: string, taken: readonly string[], fragment: string, lexicon: Lexicon): readonly Entry[] {
  const verb = verbOf(first);
  if (verb === null) return [];
  if (verb.name === "F") return findingsOf(taken, fragment, lexicon);
  if (verb.name === "N") return fragment === "" ? [] : complete(lexicon.complaint ?? [], fragment, LIMIT);
  if (verb.name === "S" || verb.name === "U") return fragment === "" ? [] : complete(showable(lexicon), fragment, LIMIT);
  let at = 0;
  const open: Entry[] = [];
  for (const argument of verb.args) {
    const word = taken[at];
    const entries = lexicon[argument.kind] ?? [];
    const found = word === undefined ? null : find(entries, word);
    if (found !== null || (word?.startsWith("#") === true && argument.kind === "unit")) {
      at += 1;
    } else if (word === undefined) {
      open.push(...complete(entries, fragment, LIMIT));
      if (argument.optional !== true) break;
    }
  }
  return open.slice(0, LIMIT);
}

function findingsOf(taken: readonly string[], fragment: string, lexicon: Lexicon): readonly Entry[] {
  const last = taken.at(-1);
  const question = last === undefined ? null : find(lexicon.questions, last);
  const answers = question !== null && "entry" in question ? (question.entry as QuestionEntry).answers : [];
  return [...complete(answers, fragment, LIMIT), ...complete(lexicon.questions, fragment, LIMIT), ...complete(lexicon.complaint ?? [], fragment, LIMIT)].slice(0, LIMIT);
}
