import { PRIORITY } from "@shared/severity.ts";
import type { Priority } from "@shared/words.ts";
import { t } from "../texts.ts";

/** Priority as shape, word and colour; `quiet` once somebody is on the way: then nothing is asked of the operator. */
export function PriorityBadge({ priority, quiet = false }: { readonly priority: Priority | null; readonly quiet?: boolean }) {
  const meaning = priority === null ? t("console.queue.unassessed") : t(`console.priority.${priority}`);
  const className = priority === null ? "priority-none" : PRIORITY[priority].className;
  return (
    <span class={`priority ${className} ${quiet ? "is-quiet" : ""}`} title={meaning}>
      {priority !== null && <span aria-hidden="true" class="priority-shape">{PRIORITY[priority].shape}</span>}
      <span class="priority-word">{priority ?? t("console.priority.none")}</span>
      <span class="visually-hidden">{meaning}</span>
    </span>
  );
}
