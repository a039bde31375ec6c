import { useState } from "preact/hooks";
import type { Unit } from "@shared/rows.ts";
import { nextSteps } from "../logic/journey.ts";
import { DIVERTIBLE, groupOf } from "../logic/unit_filter.ts";
import { useDesk } from "../store/desk.ts";
import { listed, t } from "../texts.ts";
import { StatusMark } from "../ui/StatusMark.tsx";
import { Since } from "../ui/Timer.tsx";
import { ageWord } from "../words.ts";
import { hindrance } from "./UnitRow.tsx";
import { focused } from "../ui/focused.ts";

/** The chosen unit: who is on board, where it is and how old that is, and what can be done with it. */
export function UnitCard({ unit }: { readonly unit: Unit }) {
  const { link, now, positions, selection } = useDesk();
  const run = link.tables.assignments.value.get(unit.assignment_id ?? "");
  const here = link.tables.incidents.value.get(run?.incident_id ?? "");
  const fix = positions.fixes.value.get(unit.id);
  return (
    <section class="card unit-card" aria-label={t("console.unit.title", { name: unit.call_sign })}>
      <p class="unit-card-line">
        <StatusMark status={unit.status} /> <strong>{unit.call_sign}</strong> {t(`status.${unit.status}`)} <Since at={unit.status_since} />
        <button type="button" class="quiet small unit-card-close" aria-label={t("console.unit.close")} onClick={() => selection.showUnit(null)}>✕</button>
      </p>
      <p class="faint">
        {unit.station_name} · {t.code("console.level", unit.level)} · {unit.crew.length === 0 ? hindrance(unit) : listed(unit.crew.map((role) => t.code("console.crew", role)))}
        {unit.crew_names === null ? "" : ` (${unit.crew_names})`}
        {unit.equipment.length > 0 && ` · ${listed(unit.equipment.map((each) => t.code("console.equipment", each)))}`}
      </p>
      {hindrance(unit) !== "" && unit.crew.length > 0 && <p>{hindrance(unit)}</p>}
      <p class="faint">
        {fix === undefined ? t("console.units.no_fix") : (
          <button type="button" class="link-key" onClick={() => (selection.flyTo.value = { lon: fix.lon, lat: fix.lat })}>
            {t("console.units.fix_age", { age: ageWord((now.value - Date.parse(fix.fix_at)) / 1000) })}
          </button>
        )}
        {here !== undefined && <button type="button" class="link-key" onClick={() => selection.showIncident(here.id)}>{t("console.unit.show_incident")} {here.number}</button>}
      </p>
      <UnitKeys unit={unit} />
    </section>
  );
}

function UnitKeys({ unit }: { readonly unit: Unit }) {
  const desk = useDesk();
  const { actions, link, selection } = desk;
  const [asking, setAsking] = useState<"out" | "divert" | null>(null);
  const [reason, setReason] = useState("");
  const incident = link.tables.incidents.value.get(selection.incidentId.value ?? "");
  const open = incident !== undefined && incident.phase !== "closed" && incident.place !== null;
  const steps = nextSteps(unit.status);
  return (
    <>
      <div class="unit-keys">
        {open && groupOf(unit) === "free" && <button type="button" class="key small" onClick={() => void actions.assign(incident, unit)}>{t("console.unit.send_here", { incident: incident.number })}</button>}
        {open && desk.may("divert-unit") && DIVERTIBLE.has(unit.status) && !incident.assignment_ids.includes(unit.assignment_id ?? "") && (
          <button type="button" class="small" aria-expanded={asking === "divert"} onClick={() => setAsking(asking === "divert" ? null : "divert")}>{t("console.unit.divert_here", { incident: incident.number })}</button>
        )}
        {desk.may("report-status") && steps.length > 0 && unit.status !== "out_of_service" && (
          <select class="small" aria-label={t("console.unit.enter_step")} value="" onChange={(event) => {
            const step = steps.find((each) => each === event.currentTarget.value);
            event.currentTarget.value = "";
            if (step !== undefined) void actions.enterStep(unit, step);
          }}>
            <option value="">{t("console.unit.enter_step")}…</option>
            {steps.map((step) => <option key={step} value={step}>{t(`status.${step}`)}</option>)}
          </select>
        )}
        {desk.may("take-out-of-service") && (unit.status === "out_of_service"
          ? <button type="button" class="small" onClick={() => void actions.onDuty(unit)}>{t("console.unit.back")}</button>
          : unit.assignment_id === null && <button type="button" class="small" aria-expanded={asking === "out"} onClick={() => setAsking(asking === "out" ? null : "out")}>{t("console.unit.out")}…</button>)}
      </div>
      {asking !== null && (
        <form class="inline-form" onSubmit={(event) => {
          event.preventDefault();
          setAsking(null);
          if (asking === "out") void actions.takeOut(unit, reason);
          else if (incident !== undefined) void actions.divert(incident, unit, reason);
        }}>
          <input ref={focused} required aria-label={t("console.action.reason")} placeholder={t("console.action.reason")} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
          <button type="submit" class="key small">{t("ui.confirm")}</button>
        </form>
      )}
    </>
  );
}
