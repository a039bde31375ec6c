import { useRef, useState } from "preact/hooks";
import { readLine, type Problem } from "../logic/command_line.ts";
import { completions } from "../logic/completion.ts";
import { useDesk, type Desk } from "../store/desk.ts";
import { lexiconOf } from "../store/lexicon.ts";
import { bothOf, codesOf, listed, t, type Key } from "../texts.ts";
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
  /** Which incident was selected when this line was begun: a line means what was on the screen then. */
  const begun = useRef<string | null>(null);
  const incidentId = desk.selection.incidentId.value;
  const incident = desk.link.tables.incidents.value.get(incidentId ?? "");
  const found = open ? completions(line, lexiconOf(desk), (verb) => t(`console.verb.${verb.name}`)) : [];

  const write = (text: string): void => {
    if (line === "") begun.current = incidentId;
    setLine(text);
    setChosen(-1);
  };
  const run = (): void => {
    const text = line.trim();
    if (text === "") return;
    const read = readLine(text, lexiconOf(desk), desk.link.serverNow());
    if ("problem" in read) return sayProblem(desk, read);
    const meant = desk.link.tables.incidents.value.get(begun.current ?? "");
    if (meant !== undefined && incident !== undefined && meant !== incident) {
      begun.current = incidentId;
      return desk.actions.problem("console.command.problem.other_incident", { meant: meant.number, now: incident.number });
    }
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
      <label for="command-line"><kbd>F2</kbd><span class="visually-hidden">{t("console.zone.command")}</span>{incident !== undefined && <strong class="command-for">{incident.number}</strong>}</label>
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
  // An argument by its word in both languages; what is no argument, such as a question, already is a word of the screen.
  const what = codesOf("console.command.what").includes(read.what) ? bothOf(`console.command.what.${read.what}` as Key) : read.what;
  const names = listed(read.candidates.slice(0, 8).map(({ name }) => name));
  const choosable = names !== "" && (read.problem === "missing" || read.problem === "not_found");
  desk.actions.problem(choosable ? `console.command.problem.${read.problem}_of` : `console.command.problem.${read.problem}`, { what, word: read.word, names });
}
