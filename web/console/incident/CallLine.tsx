import { hhmmss } from "@shared/format.ts";
import type { Call, Incident } from "@shared/rows.ts";
import { useState } from "preact/hooks";
import { useDesk } from "../store/desk.ts";
import { markOf } from "../logic/telephone.ts";
import { colon, t } from "../texts.ts";
import { focused } from "../ui/focused.ts";
import { Since } from "../ui/Timer.tsx";
import { seatName } from "../words.ts";

/** Incidents that a call can be joined to by hand. */
const OTHERS_SHOWN = 20;

/** One call on this incident: who rang, what they said; a call that is still open can be held, joined elsewhere or ended. */
export function CallLine({ call, incident }: { readonly call: Call; readonly incident: Incident }) {
  const { queue, link } = useDesk();
  const [linking, setLinking] = useState(false);
  const { waiting, held, underway } = queue.value;
  const others = [...waiting, ...held, ...underway].filter(({ id }) => id !== incident.id);
  return (
    <div class={`call-line call-line-${call.phase}`}>
      <span class="call-line-number">☎ {call.number ?? t("console.queue.no_number")}</span>
      {call.phase === "ended" ? <time>{hhmmss(call.received_at)}</time> : <span>{t(`console.call.${call.phase}`)} <Since at={call.answered_at ?? call.received_at} /></span>}
      {call.seat !== null && <span class="faint">{seatName(call.seat, link.tables.seats.value)}</span>}
      {call.words !== null && call.words !== incident.words && <span class="call-line-words">“{call.words}”</span>}
      <Marked call={call} />
      <span class="call-line-keys">
        <CallKeys call={call} />
        {call.phase !== "ended" && others.length > 0 && <button type="button" class="small" aria-expanded={linking} onClick={() => setLinking(!linking)}>{t("console.incident.link_call")}</button>}
      </span>
      {linking && <Others call={call} others={others} />}
    </div>
  );
}

/** The mark that this number carries; who may lift it says why. */
function Marked({ call }: { readonly call: Call }) {
  const desk = useDesk();
  const [lifting, setLifting] = useState(false);
  const [reason, setReason] = useState("");
  const mark = markOf(call, desk.link.tables.marks.value.values(), desk.now.value);
  if (mark === null) return null;
  return (
    <span class="call-line-mark">
      <span class="chip chip-strong">{t(`console.mark.${mark.kind}`)}{colon()}{mark.reason}</span>
      {!lifting && desk.may("lift-mark") && <button type="button" class="small quiet" onClick={() => setLifting(true)}>{t("console.mark.lift")}</button>}
      {lifting && (
        <form class="inline-form" onSubmit={(event) => {
          event.preventDefault();
          setLifting(false);
          void desk.telephone.unmark(mark, reason);
        }}>
          <input ref={focused} required maxLength={200} aria-label={t("console.mark.lift_reason")} placeholder={t("console.mark.lift_reason")} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
          <button type="submit" class="key small">{t("console.mark.lift")}</button>
        </form>
      )}
    </span>
  );
}

/** What can be done with the line itself, as its state allows. */
function CallKeys({ call }: { readonly call: Call }) {
  const { actions, telephone } = useDesk();
  const talks = call.phase === "talking" || call.phase === "held";
  return (
    <>
      {call.phase === "ringing" && <button type="button" class="small" onClick={() => void telephone.claim(call)}>{t("console.verb.CLAIM")}</button>}
      {(call.phase === "ringing" || (call.phase === "claimed" && call.seat === telephone.seat)) && <button type="button" class="key small" onClick={() => void actions.answer(call)}>{t("console.queue.answer")}</button>}
      {call.phase === "talking" && <button type="button" class="small" onClick={() => void telephone.hold(call)}>{t("console.call.hold")}</button>}
      {call.phase === "held" && <button type="button" class="key small" onClick={() => void telephone.retrieve(call)}>{t("console.call.retrieve")}</button>}
      {talks && <button type="button" class="small" onClick={() => void actions.hangUp(call)}>{t("console.incident.hang_up")}</button>}
      {call.phase === "wrap_up" && <button type="button" class="small" onClick={() => void telephone.wrapUp(call)}>{t("console.call.wrap")}</button>}
    </>
  );
}

function Others({ call, others }: { readonly call: Call; readonly others: readonly Incident[] }) {
  const { actions } = useDesk();
  return (
    <ul class="call-line-others">
      {others.slice(0, OTHERS_SHOWN).map((other) => (
        <li key={other.id}>
          <button type="button" class="small" onClick={() => void actions.linkCall(call, other)}>{other.number} {other.words ?? ""}</button>
        </li>
      ))}
    </ul>
  );
}
