/** Everything the command line can name right now, in both languages. */
import { COMPLAINTS } from "@shared/complaint.ts";
import { REVIEW_FOUND } from "@shared/commands.ts";
import { isOwnOrder, ORDERS } from "@shared/direct/model.ts";
import { everyQuestion, type Question } from "../logic/questions.ts";
import { OUTCOMES } from "../logic/journey.ts";
import type { Entry, Lexicon, QuestionEntry } from "../logic/lexicon.ts";
import { byCallSign, STATUS_ORDER } from "../logic/unit_filter.ts";
import { codesOf, lang, maybe, namesOf, t } from "../texts.ts";
import { inOrder } from "../roads/measures.ts";
import { kindWord } from "../roads/words.ts";
import { taskText } from "../words.ts";
import { HANDOFF_PLACES, RESOURCES, SAYINGS } from "../logic/records.ts";
import { sourceNumbers } from "../logic/sources.ts";
import { sayingWords } from "./records.ts";
import type { Desk } from "./desk.ts";

/** An entry for a code of the catalogue: written in the screen's language, understood in both. */
function coded(prefix: string, code: string): Entry {
  const [zh = code, en = code] = namesOf(prefix, code);
  return { id: code, name: oneWord(lang.value === "zh" ? zh : en), aliases: [zh, en, code].map(oneWord), hint: code };
}

/** The line is split at spaces, so a name of two words is written as one. */
function oneWord(name: string): string {
  return name.replaceAll(" ", "_");
}

function questionEntry(question: Question): QuestionEntry {
  const answers = question.kind === "known" ? ["yes", "no", "unknown"].map((code) => coded("console.answer", code)) : [];
  const options = question.kind === "choice" ? [...question.options.map((code) => coded(`console.answer.${question.path}`, code)), coded("console.answer", "unknown")] : [];
  const named = coded("finding", question.path);
  return { ...named, aliases: [...named.aliases, ...shortNames(question.path)], hint: "", answers: [...answers, ...options], takes: question.kind };
}

/** Short words for the questions asked most, in the catalogue beside the long ones, separated by spaces. */
function shortNames(path: string): readonly string[] {
  return maybe(`console.short.${path}`) === "" ? [] : namesOf("console.short", path).flatMap((names) => names.split(" "));
}

export function lexiconOf(desk: Desk): Lexicon {
  const { incidents, units, centers, calls, patients, seats } = desk.link.tables;
  const { tasks, waiting, held, underway, closed } = desk.queue.value;
  const advice = desk.advisor.current.value;
  const selected = incidents.value.get(desk.selection.incidentId.value ?? "");
  return {
    incident: [...waiting, ...held, ...underway, ...closed].map((each) => ({ id: each.id, name: each.number, aliases: [], hint: [each.priority, each.words].filter(Boolean).join(" ") })),
    unit: [...units.value.values()].sort(byCallSign).map((each) => ({ id: each.id, name: oneWord(each.call_sign), aliases: [each.id], hint: t(`status.${each.status}`) })),
    center: [...centers.value.values()].map((each) => ({ id: each.id, name: oneWord(each.name), aliases: [each.id], hint: each.grade })),
    call: [...calls.value.values()].filter(({ phase }) => phase !== "ended").map((each) => ({ id: each.id, name: each.number ?? each.id.slice(-4), aliases: [], hint: each.words ?? "" })),
    task: tasks.map((task, place) => ({ id: task.id, name: String(place + 1), aliases: [`T${place + 1}`], hint: taskText(task) })),
    patient: (selected?.patient_ids ?? []).flatMap((id) => patients.value.get(id) ?? []).map((each, place) => ({ id: each.id, name: String(place + 1), aliases: [each.code], hint: each.name ?? each.code })),
    status: STATUS_ORDER.map((code) => coded("status", code)),
    outcome: OUTCOMES.map((code) => coded("outcome", code)),
    complaint: COMPLAINTS.map((code) => coded("console.complaint", code)),
    seat: [...seats.value.values()].filter(({ account }) => account !== null && account !== desk.session.account).map((each) => ({ id: each.id, name: each.id, aliases: [each.account ?? "", each.extension ?? ""].filter(Boolean), hint: t(`console.role.${each.kind}`) })),
    mark: ["prank", "nuisance", "frequent", "threat"].map((code) => coded("console.mark", code)),
    priority: ["P1", "P2", "P3", "P4"].map((code) => ({ id: code, name: code, aliases: [], hint: "" })),
    source: sourceNumbers(selected, desk.link.tables.positions.value).map(({ name, id, place }) => ({ id, name, aliases: [], hint: t.code("console.place.source", place.source) })),
    group: [...new Set(["main", desk.telephone.targets.value?.overflow_group ?? "main", ...[...seats.value.values()].map(({ group }) => group)])].map((each) => ({ id: each, name: each, aliases: [], hint: "" })),
    back: ["needs_help", "no_need", "no_answer", "unreachable"].map((code) => coded("console.back", code)),
    found: REVIEW_FOUND.map((code) => coded("review", code)),
    service: ["110", "119", "122"].map((code) => ({ id: code, name: code, aliases: [], hint: "" })),
    language: [{ id: "zh", name: "zh", aliases: ["中文"], hint: "中文" }, { id: "en", name: "en", aliases: ["English"], hint: "English" }],
    measure: inOrder(desk.link.tables.measures.value.values()).map((each, place) => ({ id: each.id, name: String(place + 1), aliases: [`R${place + 1}`], hint: `${kindWord(each)} ${each.roads[0] ?? ""} ${each.reason}` })),
    point: codesOf("timepoint").map((code) => coded("timepoint", code)),
    resource: RESOURCES.map((code) => coded("resource", code)),
    order: ORDERS.map(({ code }) => coded(isOwnOrder(code) ? "order.code" : "given", code)),
    where: HANDOFF_PLACES.map((code) => coded("place", code)),
    say: [
      ...SAYINGS.map((each) => ({ each, words: sayingWords(each) })).map(({ each, words }) => ({ id: `${each.topic}/${each.state}`, name: oneWord(words[lang.value]), aliases: [words.zh, words.en].map(oneWord), hint: "" })),
      { ...coded("record.center", "open"), id: "open" },
    ],
    drawing: (["outline", "picks"] as const).map((code) => coded("console.roads.mode", code)),
    questions: everyQuestion().map(questionEntry),
    ranked: advice.state === "ready" ? advice.advice.units.map(({ unit_id }) => unit_id) : [],
  };
}
