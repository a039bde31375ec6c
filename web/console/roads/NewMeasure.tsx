import { useState } from "preact/hooks";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { endOf, FACTORS, momentIn, UNTILS, type Until } from "./draft.ts";

const CLOSED = "closed";
const REASONS = ["accident", "works", "flood", "event", "jam", "weather"] as const;

/** Draw an outline or pick roads, by mouse or with the map's centre as the pointer; then say what, until when and why. */
export function NewMeasure({ center }: { readonly center: () => readonly [number, number] }) {
  const { roads, actions, link } = useDesk();
  const [kind, setKind] = useState<string>(CLOSED);
  const [reason, setReason] = useState("");
  const [later, setLater] = useState("");
  const [until, setUntil] = useState<Until>("60");
  const [typed, setTyped] = useState("");
  const mode = roads.mode.value;
  if (mode === null) {
    return (
      <div class="road-new">
        <button type="button" onClick={() => roads.begin("outline")}>{t("console.roads.draw")}</button>
        <button type="button" onClick={() => roads.begin("picks")}>{t("console.roads.pick")}</button>
      </div>
    );
  }
  const put = async (): Promise<void> => {
    const begins = momentIn(later);
    const ends = endOf(until, typed, begins, link.serverNow());
    const where = { mode, points: roads.points.value };
    const done = await actions.putMeasure(where, kind === CLOSED ? null : Number(kind), { reason, begins, ends });
    if (done.ok) {
      roads.clear();
      setReason("");
    }
  };
  return (
    <form class="road-form" onSubmit={(event) => {
      event.preventDefault();
      void put();
    }}>
      <p role="status">{t(mode === "outline" ? "console.roads.drawing" : "console.roads.picking", { count: roads.points.value.length })}</p>
      <div class="road-keys">
        <button type="button" class="small" onClick={() => roads.add(...center())}>{t("console.roads.add_center")}</button>
        <button type="button" class="small" disabled={roads.points.value.length === 0} onClick={() => roads.back()}>{t("console.roads.back")}</button>
      </div>
      <label>{t("console.roads.what")}
        <select value={kind} onChange={(e) => setKind(e.currentTarget.value)}>
          <option value={CLOSED}>{t("console.roads.closed")}</option>
          {FACTORS.map((factor) => <option key={factor} value={String(factor)}>{t("console.roads.slow", { factor })}</option>)}
        </select>
      </label>
      <label>{t("console.roads.why")}
        <input required list="road-reasons" value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
      </label>
      <datalist id="road-reasons">{REASONS.map((each) => <option key={each} value={t(`console.roads.reason.${each}`)} />)}</datalist>
      <label>{t("console.roads.ends")}
        <select value={until} onChange={(e) => setUntil(e.currentTarget.value as Until)}>
          {UNTILS.map((each) => <option key={each} value={each}>{t(`console.roads.for.${each}`)}</option>)}
        </select>
      </label>
      {until === "at" && <input type="datetime-local" required aria-label={t("console.roads.ends")} value={typed} onInput={(e) => setTyped(e.currentTarget.value)} />}
      <label>{t("console.roads.begins")}
        <input type="datetime-local" aria-label={t("console.roads.begins")} value={later} onInput={(e) => setLater(e.currentTarget.value)} />
      </label>
      <div class="road-keys">
        <button type="submit" class="key" disabled={!roads.ready()}>{t(kind === CLOSED ? "console.roads.close" : "console.roads.slow_down")}</button>
        <button type="button" onClick={() => roads.clear()}>{t("ui.cancel")}</button>
      </div>
    </form>
  );
}
