import { useState } from "preact/hooks";
import { hhmm, momentBefore } from "@shared/format.ts";
import type { Finding } from "@shared/rows.ts";
import { ageIn, readAge, type Question } from "../logic/questions.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";

interface Props {
  readonly question: Question;
  readonly value: Finding | undefined;
  readonly label: string;
  readonly onAnswer: (value: Finding) => void;
}

/** The answers of one question as keys; unknown is one of them, and it is the one that is lit at first. */
export function AnswerKeys(props: Props) {
  const { question } = props;
  if (question.kind === "known") return <Choice {...props} options={["yes", "no"]} word={(option) => t.code("console.answer", option)} />;
  if (question.kind === "choice") return <Choice {...props} options={question.options} word={(option) => t.code(`console.answer.${question.path}`, option)} />;
  return <Typed {...props} />;
}

interface ChoiceProps extends Props {
  readonly options: readonly string[];
  readonly word: (option: string) => string;
}

function Choice({ question, value, label, onAnswer, options, word }: ChoiceProps) {
  const chosen = typeof value === "string" ? value : "unknown";
  const all = [...options, "unknown"];
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const answer = answerOf(event.key.toLowerCase(), options) ?? sideways(event.key, all, chosen);
    if (answer === null) return;
    event.preventDefault();
    event.stopPropagation();
    onAnswer(answer);
  };
  return (
    <span class="answers" role="radiogroup" aria-label={label} data-roving={question.path} tabIndex={0} onKeyDown={onKeyDown}>
      {all.map((option) => (
        <span
          key={option} role="radio" aria-checked={option === chosen} tabIndex={-1}
          class={`answer answer-${option}`}
          onClick={(event) => {
            event.currentTarget.parentElement?.focus();
            onAnswer(option);
          }}
        >
          {option === "unknown" ? t("console.answer.unknown") : word(option)}
        </span>
      ))}
    </span>
  );
}

/** Y, N, U, or the number of the option. */
function answerOf(key: string, options: readonly string[]): string | null {
  if (key === "u" || key === "0" || key === "delete" || key === "backspace") return "unknown";
  if (key === "y" && options.includes("yes")) return "yes";
  if (key === "n" && options.includes("no")) return "no";
  return /^[1-9]$/.test(key) ? (options[Number(key) - 1] ?? null) : null;
}

function sideways(key: string, all: readonly string[], chosen: string): string | null {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
  return step === undefined ? null : (all[all.indexOf(chosen) + step] ?? null);
}

const PLACEHOLDERS = { age: "console.age.placeholder", clock: "console.assess.clock", number: "console.answer.unknown" } as const;

function Typed({ question, value, label, onAnswer }: Props) {
  const { link } = useDesk();
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const unit = question.kind === "number" ? t.code("console.unit_of", question.unit) : "";
  const submit = (): void => {
    if (typed === null) return;
    const answer = read(typed, question, link.serverNow());
    setWrong(answer === null && typed.trim() !== "");
    if (answer === null && typed.trim() !== "") return;
    setTyped(null);
    if (answer !== null) onAnswer(answer);
  };
  return (
    <span class="typed">
      <input
        data-roving={question.path} aria-label={unit === "" ? label : `${label} (${unit})`} aria-invalid={wrong} inputMode={question.kind === "number" ? "decimal" : "text"}
        placeholder={t(PLACEHOLDERS[question.kind === "age" || question.kind === "clock" ? question.kind : "number"])}
        value={typed ?? shown(value, question)} onInput={(e) => setTyped(e.currentTarget.value)} onBlur={submit}
        onKeyDown={(event) => {
          if (event.key === "Enter") submit();
          if (event.key === "Escape") setTyped(null);
        }}
      />
      <span class="faint">{unit}</span>
    </span>
  );
}

function read(typed: string, question: Question, now: number): Finding | null {
  if (question.kind === "clock") return momentBefore(typed, now);
  if (question.kind === "number") return readNumber(typed, question);
  const age = readAge(typed);
  return age === null ? null : { ...age };
}

function readNumber(typed: string, question: Question): number | null {
  const value = Number(typed.trim());
  if (question.kind !== "number" || typed.trim() === "" || !Number.isFinite(value)) return null;
  return value >= question.min && value <= question.max ? value : null;
}

function shown(value: Finding | undefined, question: Question): string {
  if (value === undefined) return "";
  if (question.kind === "clock") return hhmm(String(value));
  const age = ageIn(value);
  return age === null ? String(value) : t(`age.${age.unit}`, { n: age.value });
}
