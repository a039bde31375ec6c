import { useState } from "preact/hooks";
import { COMPLAINTS, guessComplaint } from "@shared/complaint.ts";
import type { Finding, Findings, Incident, Patient } from "@shared/rows.ts";
import { findingAt, mergePatches, patchOf, questionsFor, type Question } from "../logic/questions.ts";
import { useDesk } from "../store/desk.ts";
import { maybe, namesOf, t } from "../texts.ts";
import { useRoving } from "../ui/roving.ts";
import { AnswerKeys } from "./AnswerKeys.tsx";

/** The questions of the complaint, life first; an answer is sent the moment it is given, and shown at once. */
export function QuestionList({ patient, incident }: { readonly patient: Patient; readonly incident: Incident }) {
  const { actions, telephone } = useDesk();
  const [sending, setSending] = useState<Findings>({});
  const roving = useRoving<HTMLUListElement>();
  const recorded = findingAt(patient.findings, "complaint");
  const guessed = guessComplaint(incident.complaint, (complaint) => namesOf("console.complaint", complaint));
  const complaint = typeof recorded === "string" ? recorded : guessed;
  const questions = questionsFor(complaint);
  const known = mergePatches(patient.findings, sending);

  const record = async (path: string, value: Finding): Promise<void> => {
    const patch = patchOf(path, value);
    setSending((before) => mergePatches(before, patch));
    const answer = await actions.recordFindings(patient, patch);
    // Shown as recorded by now, or refused and said so: either way the row's own value counts again.
    setSending((before) => without(before, path));
    if (answer.ok && path === "complaint") roving.ref.current?.querySelector<HTMLElement>("[data-roving]")?.focus();
  };

  const count = questions.filter(({ path }) => findingAt(known, path) !== undefined).length;
  return (
    <section class="questions" aria-label={t("console.assess.complaint")}>
      <div class="question-head">
        <label>
          {t("console.assess.complaint")}{" "}
          <select value={typeof recorded === "string" ? recorded : ""} onChange={(event) => void record("complaint", event.currentTarget.value === "" ? "unknown" : event.currentTarget.value)}>
            <option value="">{t("console.assess.unknown")}</option>
            {COMPLAINTS.map((each) => <option key={each} value={each}>{t(`console.complaint.${each}`)}</option>)}
          </select>
        </label>
        {recorded === undefined && guessed !== null && (
          <button type="button" class="small" title={t("console.assess.suggested")} onClick={() => void record("complaint", guessed)}>{t(`console.complaint.${guessed}`)}?</button>
        )}
        <span class="faint">{t("console.assess.known_of", { known: count, all: questions.length })}</span>
      </div>
      <p class="faint keys-line">{t("console.assess.keys")}</p>
      <ul ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={roving.onFocusIn}>
        {questions.map((question) => (
          <Row key={question.path} question={question} value={findingAt(known, question.path)} waiting={findingAt(sending, question.path) !== undefined} onAsk={() => telephone.asked(incident, question.path)} onAnswer={(value) => void record(question.path, value)} />
        ))}
      </ul>
    </section>
  );
}

function without(findings: Findings, path: string): Findings {
  const [first = "", ...rest] = path.split(".");
  const { [first]: inner, ...others } = findings;
  if (rest.length === 0 || typeof inner !== "object" || Array.isArray(inner)) return others;
  return { ...others, [first]: without(inner as Findings, rest.join(".")) };
}

interface RowProps {
  readonly question: Question;
  readonly value: Finding | undefined;
  readonly waiting: boolean;
  readonly onAsk: () => void;
  readonly onAnswer: (value: Finding) => void;
}

function Row({ question, value, waiting, onAsk, onAnswer }: RowProps) {
  const label = t.code("finding", question.path);
  const say = maybe(`question.${question.path}`);
  return (
    <li class={`question question-${question.kind} ${value === undefined ? "is-unknown" : "is-known"} ${waiting ? "is-sending" : ""}`} onFocusIn={onAsk}>
      <span class="question-label">{label} <span class="question-say">{say}</span></span>
      <AnswerKeys question={question} value={value} label={label} onAnswer={onAnswer} />
    </li>
  );
}
