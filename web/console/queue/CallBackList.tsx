import { mmss } from "@shared/format.ts";
import type { Call } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { useRoving } from "../ui/roving.ts";

const OUTCOMES = ["needs_help", "no_need", "no_answer", "unreachable"] as const;

/** Who hung up before anybody answered: rung back until there is an outcome, with a clock. */
export function CallBackList() {
  const { telephone } = useDesk();
  const roving = useRoving<HTMLUListElement>();
  const owed = telephone.callBacks.value;
  if (owed.length === 0) return null;
  return (
    <section class="tasks call-backs" aria-label={t("console.back.title")}>
      <h2>{t("console.back.title")} <span class="tally">{owed.length}</span></h2>
      <ul ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={roving.onFocusIn} class="scroll">
        {owed.map((call) => <li key={call.id}><CallBackRow call={call} /></li>)}
      </ul>
    </section>
  );
}

function CallBackRow({ call }: { readonly call: Call }) {
  const { now, selection, telephone } = useDesk();
  const waited_s = Math.max(0, (now.value - Date.parse(call.ended_at ?? call.received_at)) / 1000);
  const over = waited_s >= (telephone.targets.value?.call_back_within_s ?? Infinity);
  return (
    <div class={`task ${over ? "is-over" : ""}`}>
      <button type="button" class="task-what" data-roving={call.id} aria-current={selection.incidentId.value === call.incident_id || undefined} onClick={() => selection.showIncident(call.incident_id)}>
        <span aria-hidden="true">↩</span>
        <strong class="task-text">{call.number ?? t("console.queue.no_number")}{call.call_backs.length > 0 ? ` · ${t("console.back.tries", { count: call.call_backs.length })}` : ""}</strong>
        <span class={`timer ${over ? "is-over" : ""}`}>{mmss(waited_s * 1000)}</span>
      </button>
      {selection.incidentId.value === call.incident_id && (
        <span class="call-line-keys">
          {OUTCOMES.map((outcome) => <button type="button" key={outcome} class="small" onClick={() => void telephone.rungBack(call, outcome)}>{t(`console.back.${outcome}`)}</button>)}
        </span>
      )}
    </div>
  );
}
