import { useState } from "preact/hooks";
import { mmss } from "@shared/format.ts";
import type { Task } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { useRoving } from "../ui/roving.ts";
import { NOT_KNOWN, taskText } from "../words.ts";

/** What a machine could not do and a person must do by telephone, with a clock. */
export function TaskList() {
  const { queue } = useDesk();
  const roving = useRoving<HTMLUListElement>();
  const { tasks } = queue.value;
  if (tasks.length === 0) return null;
  return (
    <section class="tasks" aria-label={t("console.queue.tasks")}>
      <h2>{t("console.queue.tasks")} <span class="tally">{tasks.length}</span></h2>
      <ul ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={roving.onFocusIn} class="scroll">
        {tasks.map((task, place) => <li key={task.id}><TaskRow task={task} number={place + 1} /></li>)}
      </ul>
    </section>
  );
}

function TaskRow({ task, number }: { readonly task: Task; readonly number: number }) {
  const desk = useDesk();
  const [open, setOpen] = useState(false);
  const left = Date.parse(task.due_at) - desk.now.value;
  const over = left < 0;
  return (
    <div class={`task ${over ? "is-over" : ""}`}>
      <button type="button" class="task-what" data-roving={task.id} aria-expanded={open} onClick={() => {
        if (task.incident_id !== null) desk.selection.showIncident(task.incident_id);
        setOpen(!open);
      }}>
        <span class="task-no">T{number}</span>
        <span class="task-text" title={taskText(task)}>{taskText(task)}</span>
        <span class={`timer ${over ? "is-over" : ""}`}>{t(over ? "console.task.over" : "console.task.due_in", { time: mmss(Math.abs(left)) })}</span>
      </button>
      {open && typeof task.params["phone"] === "string" && task.params["phone"] !== NOT_KNOWN && <a class="dial" href={`tel:${task.params["phone"]}`}>☎ {t("console.wall.task_dial", { phone: task.params["phone"] })}</a>}
      {open && <TaskForm task={task} />}
    </div>
  );
}

function TaskForm({ task }: { readonly task: Task }) {
  const { actions } = useDesk();
  const [note, setNote] = useState("");
  return (
    <form class="inline-form" onSubmit={(event) => {
      event.preventDefault();
      void actions.finishTask(task, note === "" ? undefined : note);
    }}>
      <input aria-label={t("console.task.note")} placeholder={t("console.task.note")} value={note} onInput={(e) => setNote(e.currentTarget.value)} />
      <button type="submit" class="key">{t("console.action.done")}</button>
    </form>
  );
}
