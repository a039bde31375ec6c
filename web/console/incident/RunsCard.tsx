import { useState } from "preact/hooks";
import { hhmm } from "@shared/format.ts";
import type { Assignment, Incident, Unit } from "@shared/rows.ts";
import { nextSteps, RUN_STEPS } from "../logic/journey.ts";
import { useDesk } from "../store/desk.ts";
import { colon, t } from "../texts.ts";
import { StatusMark } from "../ui/StatusMark.tsx";
import { Since } from "../ui/Timer.tsx";
import { roadMinutes } from "../words.ts";
import { EndingForm } from "./EndingForm.tsx";

/** Who is on this incident: where each stands, which minutes are known, and the next step to enter for them. */
export function RunsCard({ incident }: { readonly incident: Incident }) {
  const { link } = useDesk();
  const runs = incident.assignment_ids.flatMap((id) => link.tables.assignments.value.get(id) ?? []);
  if (runs.length === 0) return null;
  return (
    <section class="card runs" aria-label={t("console.run")}>
      {runs.map((run) => {
        const unit = link.tables.units.value.get(run.unit_id);
        return unit === undefined ? null : <Run key={run.id} run={run} unit={unit} />;
      })}
    </section>
  );
}

function Run({ run, unit }: { readonly run: Assignment; readonly unit: Unit }) {
  const desk = useDesk();
  const { actions, etas, now, selection } = desk;
  const [ending, setEnding] = useState(false);
  const over = run.outcome !== null;
  const eta = etas.value.get(unit.id);
  const arrives = eta?.arrive_at == null ? null : (Date.parse(eta.arrive_at) - now.value) / 1000;
  const [next, ...later] = over ? [] : nextSteps(unit.status);
  return (
    <div class={`run ${over ? "run-over" : ""}`}>
      <div class="run-line">
        <button type="button" class="bare" onClick={() => selection.showUnit(unit.id)}>
          {!over && <StatusMark status={unit.status} />} <strong>{unit.call_sign}</strong>
        </button>
        {run.outcome === null ? <span>{t(`status.${unit.status}`)} <Since at={unit.status_since} /></span> : <span>{t(`outcome.${run.outcome}`)}{run.outcome_reason === null ? "" : `${colon()}${run.outcome_reason}`}</span>}
        {!over && arrives !== null && arrives > 0 && <span class="run-eta">{t("console.run.left", { time: roadMinutes(arrives) })}</span>}
        {!over && desk.may("report-status") && (
          <span class="run-keys">
            {next !== undefined && (
              <button type="button" class="small" title={t("console.run.for_crew")} onClick={() => void actions.enterStep(unit, next)}>
                {t("console.run.for_crew")}{colon()}{t(`status.${next}`)}
              </button>
            )}
            {later.length > 0 && (
              <select class="small" aria-label={t("console.unit.enter_step")} value="" onChange={(event) => {
                const step = later.find((each) => each === event.currentTarget.value);
                event.currentTarget.value = "";
                if (step !== undefined) void actions.enterStep(unit, step);
              }}>
                <option value="">{t("console.run.other")}</option>
                {later.map((step) => <option key={step} value={step}>{t(`status.${step}`)}</option>)}
              </select>
            )}
            <button type="button" class="small" aria-expanded={ending} onClick={() => setEnding(!ending)}>{t("console.run.end")}</button>
          </span>
        )}
      </div>
      <ol class="run-steps">
        <li class="is-done"><span>{t("status.assigned")}</span><time>{hhmm(run.assigned_at)}</time></li>
        {RUN_STEPS.map(([status, point]) => {
          const at = run.points[point]?.at;
          return (
            <li key={point} class={at === undefined ? "" : "is-done"}>
              <span>{t(`status.${status}`)}</span>
              {at === undefined ? <span aria-hidden="true">·</span> : <time>{hhmm(at)}</time>}
            </li>
          );
        })}
      </ol>
      {ending && <EndingForm onDone={() => setEnding(false)} onEnd={(end) => void actions.endRun(run, unit, end)} />}
    </div>
  );
}
