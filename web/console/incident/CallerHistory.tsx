import { hhmm } from "@shared/format.ts";
import type { Call, NumberMark } from "@shared/rows.ts";
import type { Iso, Outcome } from "@shared/words.ts";
import { useAsked } from "../store/ask.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";

interface EarlierCall {
  readonly call_id: string;
  readonly received_at: Iso;
  readonly answered: boolean;
  readonly incident: string;
  readonly incident_id: string;
  readonly is_open: boolean;
  readonly where: string | null;
  readonly outcome: Outcome | null;
}
interface History {
  readonly calls: readonly EarlierCall[];
  readonly marks: readonly NumberMark[];
}
const SHOWN = 3;

/** Earlier calls of the same number: when, where, how it ended. Never what was said. */
export function CallerHistory({ call }: { readonly call: Call }) {
  const { selection } = useDesk();
  const asked = useAsked<History>(`/api/calls/${call.id}/caller`, call.number);
  if (typeof asked === "string" || asked.calls.length === 0) return null;
  return (
    <ul class="call-line-others caller-history" aria-label={t("console.caller.history", { count: asked.calls.length })}>
      <li class="faint">{t("console.caller.history", { count: asked.calls.length })}</li>
      {asked.calls.slice(0, SHOWN).map((each) => (
        <li key={each.call_id}>
          <button type="button" class="quiet small" disabled={!each.is_open} onClick={() => selection.showIncident(each.incident_id)}>{each.incident}</button>
          <span class="faint"> {each.received_at.slice(0, 10)} {hhmm(each.received_at)} · {each.where ?? t("console.queue.no_words")} · {ending(each)}</span>
        </li>
      ))}
    </ul>
  );
}

function ending(call: EarlierCall): string {
  if (call.outcome !== null) return t(`outcome.${call.outcome}`);
  if (!call.answered) return t("console.caller.unanswered");
  return t(call.is_open ? "console.caller.open" : "console.caller.closed");
}
