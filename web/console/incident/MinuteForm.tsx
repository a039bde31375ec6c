import { useState } from "preact/hooks";
import type { RegisterRow } from "@shared/answers.ts";
import { hhmmss } from "@shared/format.ts";
import type { Incident, Patient } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { both, t } from "../texts.ts";
import { focused } from "../ui/focused.ts";

const DELAYS = ["traffic", "access", "consent", "unstable", "diagnosis", "resource"] as const;

/** Enter a minute that nobody registered, correct one with the reason, or say why it was late. Enter saves, Escape leaves. */
export function MinuteForm({ row, patient, incident, onDone }: { readonly row: RegisterRow; readonly patient: Patient; readonly incident: Incident; readonly onDone: () => void }) {
  const { records } = useDesk();
  const registered = row.at === null ? "" : hhmmss(row.at);
  const [time, setTime] = useState(registered);
  const [reason, setReason] = useState("");
  const [delay, setDelay] = useState(row.delay_reason ?? "");
  const corrects = row.at !== null && time.trim() !== registered;
  const label = t(row.at === null ? "record.enter_of" : "record.edit_of", { point: both(row.label) });
  return (
    <form class="inline-form minute-form" aria-label={label} onKeyDown={(event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      onDone();
    }} onSubmit={(event) => {
      event.preventDefault();
      if (records.minute(patient, incident, row, { time, reason, delay })) onDone();
    }}>
      <input ref={focused} required class="minute-time" aria-label={`${label} ${t("record.time")}`} placeholder={t("record.time")} value={time} onInput={(e) => setTime(e.currentTarget.value)} />
      {corrects && <input required aria-label={t("record.reason")} placeholder={t("record.reason")} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />}
      <input list="delay-reasons" aria-label={t("record.delay")} placeholder={t("record.delay")} value={delay} onInput={(e) => setDelay(e.currentTarget.value)} />
      <datalist id="delay-reasons">{DELAYS.map((each) => <option key={each} value={t(`record.delay.${each}`)} />)}</datalist>
      <button type="submit" class="key small">{t("ui.confirm")}</button>
      <button type="button" class="small" onClick={onDone}>{t("ui.cancel")}</button>
    </form>
  );
}
