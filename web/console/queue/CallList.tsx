import { markOf, ringLevel } from "../logic/telephone.ts";
import { useDesk } from "../store/desk.ts";
import { colon, t } from "../texts.ts";
import { Since } from "../ui/Timer.tsx";
import { useRoving } from "../ui/roving.ts";
import type { Call } from "@shared/rows.ts";
import { seatName } from "../words.ts";

/** Calls that ring, and the one this seat is talking on. The strip keeps its height, so that a ring moves nothing below it. */
export function CallList() {
  const { queue, now, telephone } = useDesk();
  const roving = useRoving<HTMLUListElement>();
  const { calls } = queue.value;
  const unanswered = calls.filter((call) => call.phase === "ringing");
  const ringing = unanswered.length;
  const over = unanswered.filter((call) => ringLevel(call, now.value, telephone.targets.value) === "over").length;
  return (
    <section class="calls" aria-label={t("console.queue.calls")}>
      <h2>
        {t("console.queue.calls")} <span class={ringing > 0 ? "tally tally-ring" : "tally"}>{ringing}</span>
        {ringing > 0 && <span class="calls-keys"><kbd>⇧F4</kbd> {t("console.queue.claim_next")} <kbd>F4</kbd> {t("console.queue.answer")}</span>}
        {over > 0 && <span class="calls-over">{t("console.call.over_target", { count: over, target: telephone.targets.value?.answer_within_s ?? 0 })}</span>}
      </h2>
      <ul ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={roving.onFocusIn} class="scroll" aria-live="assertive">
        {calls.length === 0 && <li class="nothing">{t("console.queue.no_calls")}</li>}
        {calls.map((call) => <li key={call.id}><CallRow call={call} /></li>)}
      </ul>
    </section>
  );
}

function CallRow({ call }: { readonly call: Call }) {
  const { actions, link, selection, telephone } = useDesk();
  const rings = call.phase === "ringing";
  const isMine = call.phase === "claimed" && call.seat === telephone.seat;
  return (
    <button
      type="button"
      data-roving={call.id}
      class={`call call-${call.phase}`}
      aria-current={selection.incidentId.value === call.incident_id || undefined}
      onClick={() => (rings || isMine ? void actions.answer(call) : selection.showIncident(call.incident_id))}
    >
      <span class="call-state"><span aria-hidden="true">☎</span> <span class={rings ? "visually-hidden" : ""}>{t(`console.call.${call.phase}`)}</span></span>
      <strong class="call-number">{call.number ?? t("console.queue.no_number")}</strong>
      <CallClock call={call} />
      <span class="call-words">
        <MarkChip call={call} />
        {call.phase === "claimed" && !isMine && <span class="chip">{t("console.call.claimed_by", { seat: call.seat === null ? "—" : seatName(call.seat, link.tables.seats.value) })}</span>}
        {call.overflow_group !== null && (rings || call.phase === "claimed") && <span class="chip">{t("console.call.overflow")}</span>}
        {[call.complaint, call.words].filter((word) => word !== null).join(" · ") || t("console.queue.no_words")}
      </span>
      {(rings || isMine) && <span class="call-answer">{t("console.queue.answer")}</span>}
    </button>
  );
}

/** How long it rings, coloured by the answer target; then how long one talks. */
function CallClock({ call }: { readonly call: Call }) {
  const { now, telephone } = useDesk();
  if (call.phase !== "ringing" && call.phase !== "claimed") return <Since at={call.ended_at ?? call.answered_at ?? call.received_at} />;
  return <Since at={call.received_at} class={`ring-clock is-${ringLevel(call, now.value, telephone.targets.value)}`} />;
}

function MarkChip({ call }: { readonly call: Call }) {
  const { now, link } = useDesk();
  const mark = markOf(call, link.tables.marks.value.values(), now.value);
  if (mark === null) return null;
  return <span class="chip chip-strong" title={mark.reason}>{t(`console.mark.${mark.kind}`)}{colon()}{mark.reason}</span>;
}
