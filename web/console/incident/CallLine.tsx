import { hhmmss } from "@shared/format.ts";
import type { Call, Incident } from "@shared/rows.ts";
import { useState } from "preact/hooks";
import { nearby } from "../logic/duplicates.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { Since } from "../ui/Timer.tsx";

/** More possible repeats than this are no help. */
const NEAR_SHOWN = 3;

/** One call on this incident: who rang, what they said; a call that is still open can be joined elsewhere or ended. */
export function CallLine({ call, incident }: { readonly call: Call; readonly incident: Incident }) {
  const { actions, queue } = useDesk();
  const [linking, setLinking] = useState(false);
  const { waiting, held, underway } = queue.value;
  const others = [...waiting, ...held, ...underway].filter(({ id }) => id !== incident.id);
  const near = call.phase === "ended" ? [] : nearby(incident, others).slice(0, NEAR_SHOWN);
  return (
    <div class={`call-line call-line-${call.phase}`}>
      <span class="call-line-number">☎ {call.number ?? t("console.queue.no_number")}</span>
      {call.phase === "ended" ? <time>{hhmmss(call.received_at)}</time> : <span>{t(call.phase === "ringing" ? "console.queue.ringing" : "console.queue.talking")} <Since at={call.answered_at ?? call.received_at} /></span>}
      {call.words !== null && call.words !== incident.words && <span class="call-line-words">“{call.words}”</span>}
      <span class="call-line-keys">
        {call.phase === "ringing" && <button type="button" class="key small" onClick={() => void actions.answer(call)}>{t("console.queue.answer")}</button>}
        {call.phase !== "ended" && others.length > 0 && <button type="button" class="small" aria-expanded={linking} onClick={() => setLinking(!linking)}>{t("console.incident.link_call")}</button>}
        {call.phase === "talking" && <button type="button" class="small" onClick={() => void actions.hangUp(call)}>{t("console.incident.hang_up")}</button>}
      </span>
      {near.length > 0 && !linking && (
        <ul class="call-line-others">
          <li class="is-unverified">{t("console.incident.maybe_known")}</li>
          {near.map(({ incident: other, distance_m }) => (
            <li key={other.id}>
              <button type="button" class="small" onClick={() => void actions.linkCall(call, other)}>
                {t("console.incident.join", { incident: other.number })} <span class="faint">{Math.round(distance_m)} m · {other.complaint ?? other.words}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {linking && (
        <ul class="call-line-others">
          {others.slice(0, 20).map((other) => (
            <li key={other.id}>
              <button type="button" class="small" onClick={() => void actions.linkCall(call, other)}>{other.number} {other.words ?? ""}</button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
