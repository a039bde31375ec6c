import { useState } from "preact/hooks";
import { hhmmss, mmss } from "@shared/format.ts";
import type { Activation } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { Holds } from "./Holds.tsx";
import { TeamList } from "./TeamList.tsx";
import { focused } from "../ui/focused.ts";
import { whoWord } from "../words.ts";

/** Where the centre stands; an answer that does not come is said loudly, with whom to phone. */
export function ActivationCard({ activation }: { readonly activation: Activation }) {
  const desk = useDesk();
  const { actions, records, link, now } = desk;
  const [cancelling, setCancelling] = useState(false);
  const [reason, setReason] = useState("");
  const center = link.tables.centers.value.get(activation.center_id);
  const open = activation.phase === "sent" || activation.phase === "received";
  const left = Date.parse(activation.acknowledge_by) - now.value;
  const live = activation.ended_at === null && activation.phase !== "accepted";
  return (
    <div class="activation">
      <p class="activation-line">
        {t("console.activation")} <strong>{t(`activation.${activation.phase}`)}</strong>
        <span class="faint">{hhmmss(activation.sent_at)}</span>
        {open && <span class={left < 0 ? "silent alarm-medium" : "timer"}>{t(left < 0 ? "console.activation.answer_over" : "console.activation.answer_due", { time: mmss(Math.abs(left)) })}</span>}
        {open && left < 0 && center?.phone != null && <a class="dial" href={`tel:${center.phone}`}>☎ {center.phone}</a>}
        {center?.wall != null && <span class={center.wall.phase === "armed" ? "faint" : "silent"}>{t(`wall_state.${center.wall.phase}`)}</span>}
        {activation.acknowledged_at !== null && <span class="faint">{t("activation.acknowledged")} {hhmmss(activation.acknowledged_at)} {whoWord(activation.acknowledged_by ?? "", link.tables.seats.value)}</span>}
        {activation.team_ready_at !== null && <span class="faint">{t("activation.team_ready")} {hhmmss(activation.team_ready_at)}</span>}
      </p>
      <TeamList activation={activation} live={live} />
      <Holds activation={activation} live={live} />
      {live && desk.may("cancel-activation") && (
        <span class="activation-keys">
          {open && center !== undefined && <button type="button" class="small" onClick={() => void actions.acknowledgeFor(activation.id, center)}>{t("console.activation.ack_for")}</button>}
          {activation.phase === "acknowledged" && <button type="button" class="small" onClick={() => void records.teamReady(activation)}>{t("record.team_ready")}</button>}
          <button type="button" class="small" aria-expanded={cancelling} onClick={() => setCancelling(!cancelling)}>{t("console.center.cancel")}</button>
        </span>
      )}
      {cancelling && (
        <form class="inline-form" onSubmit={(event) => {
          event.preventDefault();
          setCancelling(false);
          void actions.cancelActivation(activation.id, reason);
        }}>
          <input ref={focused} required aria-label={t("console.action.reason")} placeholder={t("console.action.reason")} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
          <button type="submit" class="key small">{t("ui.confirm")}</button>
        </form>
      )}
    </div>
  );
}
