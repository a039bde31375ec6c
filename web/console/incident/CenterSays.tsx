import { useState } from "preact/hooks";
import { hhmm } from "@shared/format.ts";
import type { Center } from "@shared/rows.ts";
import { SAYINGS, sayingOf, standing, VALID_MIN } from "../logic/records.ts";
import { useDesk } from "../store/desk.ts";
import { sayingWords } from "../store/records.ts";
import { both, colon, t } from "../texts.ts";
import { focused } from "../ui/focused.ts";
import { whoWord } from "../words.ts";
import { RoomsLine } from "./RoomsLine.tsx";

/** What a centre says about itself: what stands, by whom, until when; and a form to enter what it says by telephone. */
export function CenterSays({ center }: { readonly center: Center }) {
  const desk = useDesk();
  const [entering, setEntering] = useState(false);
  const stands = standing(center, desk.now.value);
  const mayEnter = desk.may("report-center-status");
  return (
    <div class="center-says">
      <RoomsLine center={center} />
      {stands.map((status) => {
        const what = both(sayingWords(sayingOf(status)));
        return (
          <span key={status.topic} class="center-status">
            <strong>{what}</strong>{status.reason === null ? "" : `${colon()}${status.reason}`} <span class="faint">{whoWord(status.owner, desk.link.tables.seats.value)} · {t("console.units.until", { time: hhmm(status.expires_at) })}</span>
            {mayEnter && <button type="button" class="link-key" aria-label={t("record.center.lift_of", { center: center.name, what })} onClick={() => void desk.records.lift(center, status)}>{t("record.center.lift")}</button>}
          </span>
        );
      })}
      {mayEnter && !entering && <button type="button" class="link-key" aria-label={`${t("record.center")}… ${center.name}`} onClick={() => setEntering(true)}>{t("record.center")}…</button>}
      {entering && <SayForm center={center} onDone={() => setEntering(false)} />}
    </div>
  );
}

function SayForm({ center, onDone }: { readonly center: Center; readonly onDone: () => void }) {
  const { records } = useDesk();
  const [place, setPlace] = useState(0);
  const [minutes, setMinutes] = useState<number>(VALID_MIN[0]);
  const [reason, setReason] = useState("");
  return (
    <form class="inline-form" aria-label={t("record.center_of", { center: center.name })} onKeyDown={(event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      onDone();
    }} onSubmit={(event) => {
      event.preventDefault();
      const saying = SAYINGS[place];
      if (saying === undefined) return;
      onDone();
      void records.centerSays(center, saying, minutes, reason.trim());
    }}>
      <select ref={focused} class="small" aria-label={t("record.center.what")} value={place} onChange={(e) => setPlace(Number(e.currentTarget.value))}>
        {SAYINGS.map((each, at) => <option key={`${each.topic}/${each.state}`} value={at}>{both(sayingWords(each))}</option>)}
      </select>
      <select class="small" aria-label={t("record.center.until")} value={minutes} onChange={(e) => setMinutes(Number(e.currentTarget.value))}>
        {[...VALID_MIN].sort((a, b) => a - b).map((each) => <option key={each} value={each}>{t(`console.roads.for.${each}`)}</option>)}
      </select>
      <input required aria-label={t("record.center.reason")} placeholder={t("record.center.reason")} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
      <button type="submit" class="key small">{t("ui.confirm")}</button>
      <button type="button" class="small" onClick={onDone}>{t("ui.cancel")}</button>
    </form>
  );
}
