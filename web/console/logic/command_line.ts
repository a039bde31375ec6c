/** Read one typed line: verb, then its arguments in order. Pure: words and a lexicon in, a request or a problem out. */
import { find, findWithin, type Entry, type Lexicon, type QuestionEntry } from "./lexicon.ts";
import { readAge, mergePatches, patchOf } from "./questions.ts";
import { momentBefore } from "@shared/format.ts";
import type { Finding, Findings } from "@shared/rows.ts";
import { verbOf, type Argument, type Verb, type VerbName } from "./verbs.ts";

export interface Request {
  readonly verb: VerbName;
  /** Ids for named things, plain words for text, by argument name. */
  readonly values: Readonly<Record<string, string>>;
  readonly findings: Findings;
}

export type ProblemCode = "unknown_verb" | "missing" | "not_found" | "ambiguous" | "too_much" | "bad_answer" | "bad_number";

export interface Problem {
  readonly problem: ProblemCode;
  /** The argument or word that the problem is about. */
  readonly what: string;
  readonly word: string;
  readonly candidates: readonly Entry[];
}

export type Read = { readonly request: Request } | Problem;

export function words(line: string): readonly string[] {
  return line.trim().split(/[\s\u3000]+/).filter((word) => word !== "");
}

/** Read a line; `now` (epoch ms, the server's clock) dates a time of day. A bare name of an incident, unit or centre shows it. */
export function readLine(line: string, lexicon: Lexicon, now: number): Read {
  const [first, ...rest] = words(line);
  if (first === undefined) return problem("missing", "verb", "");
  const verb = verbOf(first);
  if (verb === null) return readBareName(line.trim(), lexicon);
  if (verb.name === "F") return readFindings(rest, lexicon, now);
  if (verb.name === "N") return readNewCall(rest, lexicon);
  if (verb.name === "S" && rest.length > 0) return readShown(rest.join(" "), lexicon);
  return readArguments(verb, rest, lexicon);
}

function problem(code: ProblemCode, what: string, word: string, candidates: readonly Entry[] = []): Problem {
  return { problem: code, what, word, candidates };
}

const request = (verb: VerbName, values: Readonly<Record<string, string>>, findings: Findings = {}): Read => ({ request: { verb, values, findings } });

function readBareName(line: string, lexicon: Lexicon): Read {
  const known = showable(lexicon);
  const found = find(known, line);
  if (found === null) return problem("unknown_verb", "verb", line);
  return "entry" in found ? request("S", { text: found.entry.id }) : problem("ambiguous", "verb", line, found.ambiguous);
}

/** `S 协和`: what is asked for by name is shown. */
function readShown(word: string, lexicon: Lexicon): Read {
  const found = find(showable(lexicon), word) ?? findWithin(showable(lexicon), word);
  if (found === null) return problem("not_found", "shown", word);
  return "entry" in found ? request("S", { text: found.entry.id }) : problem("ambiguous", "shown", word, found.ambiguous);
}

/** Everything `S` can show. */
export function showable(lexicon: Lexicon): readonly Entry[] {
  return [...(lexicon.incident ?? []), ...(lexicon.unit ?? []), ...(lexicon.center ?? [])];
}

function readArguments(verb: Verb, typed: readonly string[], lexicon: Lexicon): Read {
  const values: Record<string, string> = {};
  let at = 0;
  for (const argument of verb.args) {
    const word = typed[at];
    if (argument.kind === "text") {
      const rest = typed.slice(at).join(" ");
      if (rest === "" && argument.optional !== true) return problem("missing", argument.name, "");
      if (rest !== "") values[argument.name] = rest;
      return request(verb.name, values);
    }
    if (word === undefined) {
      if (argument.optional === true) continue;
      return problem("missing", argument.name, "", choices(argument, lexicon));
    }
    const found = lookUp(argument, word, lexicon);
    if (found !== null && "entry" in found) {
      values[argument.name] = found.entry.id;
      at += 1;
    } else if (argument.optional !== true || found !== null) {
      return found === null ? problem("not_found", argument.name, word, choices(argument, lexicon)) : problem("ambiguous", argument.name, word, found.ambiguous);
    }
  }
  const left = typed[at];
  return left === undefined ? request(verb.name, values) : problem("too_much", "", left);
}

/** So many can be said in one line. */
const CHOICES_SAID = 8;

/** What could stand there, when that is a short list. */
function choices(argument: Argument, lexicon: Lexicon): readonly Entry[] {
  const entries = lexicon[argument.kind] ?? [];
  return entries.length <= CHOICES_SAID ? entries : [];
}

function lookUp(argument: Argument, word: string, lexicon: Lexicon): ReturnType<typeof find> {
  const ranked = argument.kind === "unit" ? /^#(\d{1,2})$/.exec(word.normalize("NFKC"))?.[1] : undefined;
  const meant = ranked === undefined ? word : (lexicon.ranked[Number(ranked) - 1] ?? word);
  const entries = lexicon[argument.kind] ?? [];
  // A word that may be left out may also be the beginning of the reason: there a mere fragment means nothing.
  return find(entries, meant) ?? (argument.optional === true ? null : findWithin(entries, meant));
}

const PHONE = /^\+?[\d-]{3,20}$/;

/** `N 13800000000 东单路口 胸痛`: a number first, a complaint last, the place between; each may be missing. */
function readNewCall(typed: readonly string[], lexicon: Lexicon): Read {
  const values: Record<string, string> = {};
  let rest = [...typed];
  const number = rest[0]?.normalize("NFKC") ?? "";
  if (PHONE.test(number)) {
    values["number"] = number;
    rest.shift();
  }
  const last = rest.at(-1);
  const complaint = last === undefined ? null : find(lexicon.complaint ?? [], last);
  if (complaint !== null && "entry" in complaint) {
    values["complaint"] = complaint.entry.name;
    rest = rest.slice(0, -1);
  }
  if (rest.length > 0) values["words"] = rest.join(" ");
  if (Object.keys(values).length === 0) return problem("missing", "number", "");
  return request("N", values);
}

/** `F 胸痛 是 出汗 否 年龄 62`: a question, then its answer; a question alone means yes; a complaint alone sets the complaint. */
function readFindings(typed: readonly string[], lexicon: Lexicon, now: number): Read {
  let findings: Findings = {};
  let at = 0;
  while (at < typed.length) {
    const word = typed[at] ?? "";
    const question = find(lexicon.questions, word);
    if (question === null || !("entry" in question)) {
      const complaint = find(lexicon.complaint ?? [], word);
      if (complaint !== null && "entry" in complaint) {
        findings = mergePatches(findings, { complaint: complaint.entry.id });
        at += 1;
        continue;
      }
      return question === null ? problem("not_found", "findings", word) : problem("ambiguous", "findings", word, question.ambiguous);
    }
    const entry = question.entry as QuestionEntry;
    const answer = readAnswer(entry, typed[at + 1]?.normalize("NFKC"), now);
    if (answer === null) return problem(entry.answers.length === 0 ? "bad_number" : "bad_answer", entry.name, typed[at + 1] ?? "", entry.answers);
    findings = mergePatches(findings, patchOf(entry.id, answer.value));
    at += answer.taken + 1;
  }
  return Object.keys(findings).length === 0 ? problem("missing", "findings", "") : request("F", {}, findings);
}

function readAnswer(question: QuestionEntry, word: string | undefined, now: number): { readonly value: Finding; readonly taken: 0 | 1 } | null {
  if (question.takes === "age") {
    const age = word === undefined ? null : readAge(word);
    return age === null ? null : { value: { ...age }, taken: 1 };
  }
  if (question.takes === "clock") {
    const at = word === undefined ? null : momentBefore(word, now);
    return at === null ? null : { value: at, taken: 1 };
  }
  if (question.takes === "number") {
    const value = word === undefined ? Number.NaN : Number(word);
    return Number.isFinite(value) ? { value, taken: 1 } : null;
  }
  const found = word === undefined ? null : find(question.answers, word);
  if (found !== null && "entry" in found) return { value: found.entry.id, taken: 1 };
  return question.takes === "known" ? { value: "yes", taken: 0 } : null;
}
