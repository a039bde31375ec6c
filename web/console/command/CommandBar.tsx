import { useRef, useState } from "preact/hooks";
import { readLine, type Problem } from "../logic/command_line.ts";
import { completions } from "../logic/completion.ts";
import { useDesk, type Desk } from "../store/desk.ts";
import { lexiconOf } from "../store/lexicon.ts";
import { bothOf, listed, t, type Key } from "../texts.ts";
import { execute } from "./execute.ts";
import { FeedLine } from "./FeedLine.tsx";
import { Completions } from "./Completions.tsx";

const HISTORY = 50;

/** One line that does everything: verbs with completion, history on the arrows, answers beside it. */
export function CommandBar() {
  const desk = useDesk();
  const [line, setLine] = useState("");
  const [chosen, setChosen] = useState(-1);
  const [open, setOpen] = useState(false);
  const history = useRef<string[]>([]);
  const at = useRef(0);
  const found = open ? completions(line, lexiconOf(desk), (verb) => t(`console.verb.${verb.name}`)) : [];

  const write = (text: string): void => {
    setLine(text);
    setChosen(-1);
  };
  const run = (): void => {
    const text = line.trim();
    if (text === "") return;
    const read = readLine(text, lexiconOf(desk), desk.link.serverNow());
    if ("problem" in read) return sayProblem(desk, read);
    history.current = [...history.current.filter((each) => each !== text), text].slice(-HISTORY);
    at.current = history.current.length;
    write("");
    execute(desk, read.request);
  };
  const recall = (step: number): void => {
    at.current = Math.max(0, Math.min(history.current.length, at.current + step));
    write(history.current[at.current] ?? "");
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    const take = found[chosen < 0 ? 0 : chosen];
    if (event.key === "Enter") {
      if (chosen >= 0 && take !== undefined) write(take.line);
      else run();
    } else if (event.key === "Tab" && !event.shiftKey && line !== "" && take !== undefined) write(take.line);
    else if (event.key === "ArrowDown") {
      if (line !== "" && found.length > 0) setChosen((chosen + 1) % found.length);
      else recall(1);
    } else if (event.key === "ArrowUp") {
      if (chosen >= 0) setChosen(chosen - 1);
      else recall(-1);
    } else if (event.key === "Escape") {
      if (line === "") (event.currentTarget as HTMLElement).blur();
      else write("");
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section class="command" data-zone="command" aria-label={t("console.zone.command")}>
      {open && line !== "" && <Completions found={found} chosen={chosen} onTake={(text) => {
        write(text);
        document.getElementById("command-line")?.focus();
      }} />}
      <label for="command-line"><kbd>F2</kbd><span class="visually-hidden">{t("console.zone.command")}</span></label>
      <input
        id="command-line" role="combobox" autocomplete="off" spellcheck={false}
        aria-expanded={open && line !== "" && found.length > 0} aria-controls="completions" aria-autocomplete="list"
        aria-activedescendant={chosen >= 0 ? `completion-${chosen}` : undefined}
        placeholder={t("console.command.placeholder")} value={line}
        onInput={(event) => write(event.currentTarget.value)} onKeyDown={onKeyDown} onFocus={() => setOpen(true)} onBlur={() => setOpen(false)}
      />
      <FeedLine />
    </section>
  );
}

function sayProblem(desk: Desk, read: Problem): void {
  const what = read.what === "" || !(`console.command.what.${read.what}` in WHATS) ? read.what : bothOf(`console.command.what.${read.what}` as Key);
  const names = listed(read.candidates.slice(0, 6).map(({ name }) => name));
  desk.actions.problem(`console.command.problem.${read.problem}`, { what, word: read.word, names });
}

const WHATS: Readonly<Record<string, true>> = Object.fromEntries(
  ["verb", "number", "words", "complaint", "call", "incident", "text", "unit", "reason", "status", "outcome", "findings", "patient", "center", "task", "note", "language", "measure", "drawing", "seat", "mark", "back", "point", "minute", "say", "resource", "where", "taken_by"].map((what) => [`console.command.what.${what}`, true]),
);
