import { useState } from "preact/hooks";
import type { Incident } from "@shared/rows.ts";
import type { Priority } from "@shared/words.ts";
import { urgency } from "../logic/queue.ts";
import { useDesk } from "../store/desk.ts";
import { colon, t } from "../texts.ts";
import { PriorityBadge } from "../ui/PriorityBadge.tsx";
import { focused } from "../ui/focused.ts";

const PRIORITIES: readonly Priority[] = ["P1", "P2", "P3", "P4"];

/** The priority; a click opens the choice. Upward at once, downward with a reason. */
export function PriorityPicker({ incident }: { readonly incident: Incident }) {
  const { actions } = useDesk();
  const [open, setOpen] = useState(false);
  const [lower, setLower] = useState<Priority | null>(null);
  const [reason, setReason] = useState("");
  const choose = (priority: Priority): void => {
    if (urgency(priority) > urgency(incident.priority) || (incident.priority === null && urgency(priority) > 2)) return setLower(priority);
    setOpen(false);
    void actions.setPriority(incident, priority);
  };
  return (
    <div class="priority-picker">
      <button type="button" class="bare" aria-expanded={open} title={t("console.priority.set")} onClick={() => setOpen(!open)}>
        <PriorityBadge priority={incident.priority} quiet={incident.phase === "underway" || incident.phase === "closed"} />
      </button>
      {open && (
        <div class="popover" role="group" aria-label={t("console.priority.set")}>
          {PRIORITIES.map((priority) => (
            <button type="button" key={priority} aria-pressed={incident.priority === priority} onClick={() => choose(priority)}>
              <PriorityBadge priority={priority} quiet /> {t(`console.priority.${priority}`)}
            </button>
          ))}
          {lower !== null && (
            <form class="inline-form" onSubmit={(event) => {
              event.preventDefault();
              setOpen(false);
              setLower(null);
              void actions.setPriority(incident, lower, reason);
            }}>
              <input ref={focused} required aria-label={t("console.priority.reason")} placeholder={`${lower}${colon()}${t("console.priority.reason")}`} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
              <button type="submit" class="key">{t("ui.confirm")}</button>
            </form>
          )}
        </div>
      )}
    </div>
  );
}
