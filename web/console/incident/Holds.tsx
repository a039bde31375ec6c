import { useState } from "preact/hooks";
import { hhmm } from "@shared/format.ts";
import type { Activation, Reservation } from "@shared/rows.ts";
import { reservable } from "../logic/records.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";

/** What the centre holds for this patient; a seat reserves, reports ready and releases for it, on its word by telephone. */
export function Holds({ activation, live }: { readonly activation: Activation; readonly live: boolean }) {
  const desk = useDesk();
  const mayEnter = live && desk.may("reserve-resource");
  if (activation.reservations.length === 0 && !mayEnter) return null;
  return (
    <ul class="holds">
      {activation.reservations.map((hold) => <Hold key={hold.id} activation={activation} hold={hold} mayEnter={mayEnter} />)}
      {mayEnter && <li><Reserve activation={activation} /></li>}
    </ul>
  );
}

function Hold({ activation, hold, mayEnter }: { readonly activation: Activation; readonly hold: Reservation; readonly mayEnter: boolean }) {
  const { records } = useDesk();
  const resource = t.code("resource", hold.resource);
  return (
    <li class={hold.ended === null ? "" : "faint"}>
      <strong>{resource}</strong> <span class="faint">{stateOf(hold)}</span>
      {mayEnter && hold.ended === null && hold.ready_at === null && (
        <button type="button" class="small" aria-label={t("record.hold.ready_of", { resource })} onClick={() => void records.ready(activation, hold)}>{t("record.hold.ready")}</button>
      )}
      {mayEnter && hold.ended === null && (
        <button type="button" class="small" aria-label={t("record.hold.release_of", { resource })} onClick={() => void records.release(activation, hold)}>{t("record.hold.release")}</button>
      )}
    </li>
  );
}

function stateOf(hold: Reservation): string {
  if (hold.ended !== null) return t(`record.hold.${hold.ended}`);
  if (hold.ready_at !== null) return `✓ ${t("record.hold.ready_at", { time: hhmm(hold.ready_at) })}`;
  const until = t("record.hold.until", { time: hhmm(hold.expires_at) });
  return hold.place === 0 ? until : `${t("hold.place", { place: hold.place })} (${t.code("hold.why", hold.because ?? "")}) · ${until}`;
}

function Reserve({ activation }: { readonly activation: Activation }) {
  const { records } = useDesk();
  const offered = reservable(activation);
  const [chosen, setChosen] = useState<string | null>(null);
  const resource = chosen !== null && offered.includes(chosen) ? chosen : offered[0];
  if (resource === undefined) return null;
  return (
    <form class="reserve" onSubmit={(event) => {
      event.preventDefault();
      void records.reserve(activation, resource);
    }}>
      <select class="small" aria-label={t("record.hold.which")} value={resource} onChange={(e) => setChosen(e.currentTarget.value)}>
        {offered.map((each) => <option key={each} value={each}>{t.code("resource", each)}</option>)}
      </select>
      <button type="submit" class="small">{t("record.hold.reserve")}</button>
    </form>
  );
}
