import { useState } from "preact/hooks";
import { hhmmss } from "@shared/format.ts";
import type { Activation, Patient } from "@shared/rows.ts";
import { HandoffLines } from "@shared/direct/Handoff.tsx";
import { HANDOFF_PLACES } from "../logic/records.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { focused } from "../ui/focused.ts";
import { whoWord } from "../words.ts";

/** Who gave the patient to whom, where; until it is recorded a seat can enter it from a voice report. */
export function HandoffCard({ patient, activation }: { readonly patient: Patient; readonly activation: Activation | undefined }) {
  const desk = useDesk();
  const [entering, setEntering] = useState(false);
  const { handoff } = patient;
  if (handoff !== null) {
    return (
      <>
      <p class="handoff-line">
        {t("record.handoff.line", { time: hhmmss(handoff.at), where: t.code("place", handoff.where) })}
        <span class="faint"> {t("record.handoff.given_by", { who: whoWord(handoff.given_by, desk.link.tables.seats.value) })}{handoff.taken_by === null ? "" : ` · ${t("record.handoff.taken", { who: handoff.taken_by })}`}{handoff.signed ? ` · ${t("record.handoff.signed")}` : ""}</span>
      </p>
      <HandoffLines handoff={handoff} />
      </>
    );
  }
  if (patient.center_id === null || !desk.may("complete-handoff")) return null;
  if (!entering) return <button type="button" class="small" onClick={() => setEntering(true)}>{t("record.handoff")}…</button>;
  return <HandoffForm patient={patient} place={activation?.bypass[0] ?? "ed"} onDone={() => setEntering(false)} />;
}

function HandoffForm({ patient, place, onDone }: { readonly patient: Patient; readonly place: string; readonly onDone: () => void }) {
  const { records } = useDesk();
  const [where, setWhere] = useState(place);
  const [taker, setTaker] = useState("");
  const [signed, setSigned] = useState(false);
  return (
    <form class="inline-form" aria-label={t("record.handoff")} onKeyDown={(event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      onDone();
    }} onSubmit={(event) => {
      event.preventDefault();
      onDone();
      void records.handOver(patient, { where, taken_by: taker, signed });
    }}>
      <select ref={focused} class="small" aria-label={t("record.handoff.where")} value={where} onChange={(e) => setWhere(e.currentTarget.value)}>
        {HANDOFF_PLACES.map((each) => <option key={each} value={each}>{t(`place.${each}`)}</option>)}
      </select>
      <input aria-label={t("record.handoff.taken_by")} placeholder={t("record.handoff.taken_by")} value={taker} onInput={(e) => setTaker(e.currentTarget.value)} />
      <label class="choice"><input type="checkbox" checked={signed} onChange={(e) => setSigned(e.currentTarget.checked)} /> {t("record.handoff.signed")}</label>
      <button type="submit" class="key small">{t("ui.confirm")}</button>
      <button type="button" class="small" onClick={onDone}>{t("ui.cancel")}</button>
    </form>
  );
}
