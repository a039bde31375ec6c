import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { Since } from "../ui/Timer.tsx";
import { useRoving } from "../ui/roving.ts";
import type { Call } from "@shared/rows.ts";

/** Calls that ring, and the one this seat is talking on. The strip keeps its height, so that a ring moves nothing below it. */
export function CallList() {
  const { queue } = useDesk();
  const roving = useRoving<HTMLUListElement>();
  const { calls } = queue.value;
  const ringing = calls.filter((call) => call.phase === "ringing").length;
  return (
    <section class="calls" aria-label={t("console.queue.calls")}>
      <h2>
        {t("console.queue.calls")} <span class={ringing > 0 ? "tally tally-ring" : "tally"}>{ringing}</span>
        {ringing > 0 && <kbd>F4</kbd>}
      </h2>
      <ul ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={roving.onFocusIn} class="scroll" aria-live="assertive">
        {calls.length === 0 && <li class="nothing">{t("console.queue.no_calls")}</li>}
        {calls.map((call) => <li key={call.id}><CallRow call={call} /></li>)}
      </ul>
    </section>
  );
}

function CallRow({ call }: { readonly call: Call }) {
  const { actions, selection } = useDesk();
  const rings = call.phase === "ringing";
  return (
    <button
      type="button"
      data-roving={call.id}
      class={`call call-${call.phase}`}
      aria-current={selection.incidentId.value === call.incident_id || undefined}
      onClick={() => (rings ? void actions.answer(call) : selection.showIncident(call.incident_id))}
    >
      <span class="call-state"><span aria-hidden="true">☎</span> <span class={rings ? "visually-hidden" : ""}>{t(rings ? "console.queue.ringing" : "console.queue.talking")}</span></span>
      <strong class="call-number">{call.number ?? t("console.queue.no_number")}</strong>
      <Since at={call.answered_at ?? call.received_at} />
      <span class="call-words">{[call.complaint, call.words].filter((word) => word !== null).join(" · ") || t("console.queue.no_words")}</span>
      {rings && <span class="call-answer">{t("console.queue.answer")}</span>}
    </button>
  );
}
