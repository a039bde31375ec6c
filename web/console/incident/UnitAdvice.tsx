import { useState } from "preact/hooks";
import type { UnitOption, UnitRegion } from "@shared/answers.ts";
import type { Incident } from "@shared/rows.ts";
import { isGone } from "../logic/order_lock.ts";
import { useDesk } from "../store/desk.ts";
import { both, t } from "../texts.ts";
import { useHeldOrder } from "../ui/held_order.ts";
import { useRoving } from "../ui/roving.ts";
import { StatusMark } from "../ui/StatusMark.tsx";
import { UpdatesNote } from "../ui/UpdatesNote.tsx";
import { ageWord, overWord, roadMinutes, roadRange } from "../words.ts";
import { focused } from "../ui/focused.ts";

const idOf = (option: UnitOption): string => option.unit_id;
/** Below this age a fix is as good as live: no number to read. */
const FIX_FRESH_S = 60;
/** Reasons that already say how old the fix is. */
const FIX_REASONS: ReadonlySet<string> = new Set(["unit.stale_fix", "unit.position_unknown"]);
const NONE: readonly UnitOption[] = [];

/** Whom to send, by road time, each with its reasons; once somebody is on the way, one key opens it again. */
export function UnitAdvice({ incident }: { readonly incident: Incident }) {
  const { advisor } = useDesk();
  const [more, setMore] = useState(false);
  const underway = incident.phase === "underway";
  const advice = advisor.current.value;
  const mine = advice.state === "ready" && advice.incidentId === incident.id ? advice.advice : null;
  const units = mine?.units ?? NONE;
  const region = mine?.region ?? null;
  const order = useHeldOrder(units, idOf, incident.id);
  const roving = useRoving<HTMLOListElement>(order.take);
  if (incident.phase === "closed") return null;
  if (underway && !more) return <button type="button" class="small more" onClick={() => setMore(true)}>＋ {t("console.advice.more")}</button>;
  return (
    <section class="card advice" aria-label={t("console.advice.units")} {...order.watch}>
      <h3>
        {t("console.advice.units")}
        <UpdatesNote count={order.pending} onTake={order.take} />
        {underway && <button type="button" class="quiet small" onClick={() => setMore(false)}>{t("console.advice.less")}</button>}
      </h3>
      {region !== null && <RegionNote region={region} first={units[0]} />}
      {units.length === 0 && <p class="nothing" role="status">{emptyWord(incident, advice.state)}</p>}
      <ol ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={roving.onFocusIn}>
        {order.rows.map((option) => <Row key={option.unit_id} option={option} incident={incident} gone={isGone(option, units, idOf)} overRegion={region !== null} />)}
      </ol>
    </section>
  );
}

function emptyWord(incident: Incident, state: string): string {
  if (incident.place === null) return t("console.advice.waiting_place");
  if (state === "failed") return t("console.advice.failed");
  return state === "ready" ? t("console.advice.none") : t("console.advice.loading");
}

/** Whether a unit may roll before the exact place is known (可先派), or what to ask first. Nobody has to wait for the answer. */
function RegionNote({ region, first }: { readonly region: UnitRegion; readonly first: UnitOption | undefined }) {
  const { link } = useDesk();
  const where = region.places > 1 ? t("console.advice.region.places", { count: region.places }) : t("console.advice.region.radius", { radius: Math.round(region.radius_m) });
  if (region.roll !== null) {
    const unit = link.tables.units.value.get(region.roll)?.call_sign ?? region.roll;
    return <p class="region-note region-sure" role="status"><strong>{t("console.advice.region.roll", { unit })}</strong> {t("console.advice.region.same", { where })}</p>;
  }
  if (region.question === null || first === undefined) return <p class="region-note region-open" role="status">{t("console.advice.region.nobody", { where })}</p>;
  return (
    <p class="region-note region-open" role="status">
      <strong>{both(region.question)}</strong> <span class="faint">{t("console.advice.region.depends", { where, percent: Math.round(100 * (first.first_share ?? 0)), unit: first.call_sign })}</span>
    </p>
  );
}

/** How old the position is that the time was counted from; nothing while it is fresh. */
function fixWord({ fix_age_s, reasons }: UnitOption): string {
  if (reasons.some(({ code }) => FIX_REASONS.has(code))) return "";
  if (fix_age_s === null) return t("console.units.no_fix");
  return fix_age_s > FIX_FRESH_S ? t("console.units.fix_age", { age: ageWord(fix_age_s) }) : "";
}

interface RowProps {
  readonly option: UnitOption;
  readonly incident: Incident;
  readonly gone: boolean;
  /** The times are those over all places where the incident may be. */
  readonly overRegion: boolean;
}

function Row({ option, incident, gone, overRegion }: RowProps) {
  const desk = useDesk();
  const { actions, selection } = desk;
  const [diverting, setDiverting] = useState(false);
  const [reason, setReason] = useState("");
  const unit = { id: option.unit_id, call_sign: option.call_sign, status: option.status };
  const why = [overWord(overRegion ? { expected_s: option.eta_s, worst_s: option.worst_s } : undefined), t(`status.${option.status}`), option.station_name, fixWord(option), ...option.reasons.map(both)].filter((word) => word !== "").join(" · ");
  const held = option.status === "stretcher_held";
  const waits = incident.phase === "waiting" || incident.phase === "held";
  const standsBy = incident.standby_unit_ids.includes(option.unit_id);
  const send = (): void => {
    if (option.assignable) void actions.assign(incident, unit);
    // Nobody is free: the less urgent run is known, and the reason with it.
    else if (incident.phase === "held") void actions.divert(incident, unit, t("console.turnout.more_urgent"));
    else setDiverting(true);
  };
  return (
    <li class={`option unit-option ${option.rank === 1 && option.assignable ? "option-first" : ""} ${gone ? "is-gone" : ""}`}>
      <span class="option-rank">{option.rank}</span>
      <button type="button" class="bare option-name" tabIndex={-1} onClick={() => selection.showUnit(option.unit_id)}>
        <StatusMark status={option.status} /> <strong>{option.call_sign}</strong>
        <span class="faint">{t.code("console.level", option.level)}</span>
        {option.tie && <span class="tie">{t("console.advice.tie")}</span>}
      </button>
      <span class="option-time">
        <strong>{roadMinutes(option.eta_s)}</strong>
        {option.eta_s !== null && <span class="faint">{option.worst_s === null ? roadRange(option) : `≤ ${roadMinutes(option.worst_s)}`}</span>}
      </span>
      <button type="button" data-roving={option.unit_id} class={option.rank === 1 && option.assignable ? "key small" : "small"} disabled={gone || held || (!option.assignable && !desk.may("divert-unit"))} aria-label={`${t(option.assignable ? "console.advice.send" : "console.advice.divert")} ${option.call_sign}`} onClick={send}>
        {t(gone ? "console.advice.gone" : held ? "status.stretcher_held" : option.assignable ? "console.advice.send" : "console.advice.divert")}
      </button>
      {option.assignable && waits && !standsBy && !gone && (
        <button type="button" class="small option-standby" tabIndex={-1} aria-label={`${t("console.turnout.prealert")} ${option.call_sign}`} onClick={() => void actions.prealert(incident, unit)}>{t("console.turnout.prealert")}</button>
      )}
      <span class="option-why" title={why}>{why}</span>
      {diverting && (
        <form class="inline-form option-form" onSubmit={(event) => {
          event.preventDefault();
          setDiverting(false);
          void actions.divert(incident, unit, reason);
        }}>
          <input ref={focused} required aria-label={t("console.advice.divert_reason")} placeholder={t("console.advice.divert_reason")} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
          <button type="submit" class="key small">{t("console.advice.divert")}</button>
          <button type="button" class="small" onClick={() => setDiverting(false)}>{t("ui.cancel")}</button>
        </form>
      )}
    </li>
  );
}
