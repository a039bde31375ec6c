import { useState } from "preact/hooks";
import { mmss } from "@shared/format.ts";
import { REVIEW_FOUND, type ReviewFound } from "@shared/commands.ts";
import type { Assignment, Incident, Unit } from "@shared/rows.ts";
import type { Priority } from "@shared/words.ts";
import { stalled, stepClocks } from "../logic/turnout.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { Since } from "../ui/Timer.tsx";
import { roadMinutes } from "../words.ts";

/** From the ring to rolling wheels: the clocks, who stands by, who does not roll, and what a held incident needs. */
export function TurnoutCard({ incident }: { readonly incident: Incident }) {
  const { link, city, now } = useDesk();
  const units = link.tables.units.value;
  const runs = incident.assignment_ids.flatMap((id) => link.tables.assignments.value.get(id) ?? []);
  const targets = city.value?.step_targets ?? null;
  if (incident.phase === "closed") return null;
  const parked = (id: string): boolean => ["assigned", "accepted"].includes(units.get(id)?.status ?? "");
  return (
    <section class="card turnout" aria-label={t("console.turnout")}>
      {incident.phase === "held" && <Held incident={incident} />}
      <ol class="turnout-steps">
        {stepClocks(incident, runs, targets, now.value).map(({ step, seconds, done, late, target }) => (
          <li key={step} class={`${done ? "is-done" : ""} ${late ? "is-late" : ""}`}>
            <span>{t(`console.turnout.step.${step}`)}</span> <strong class="timer">{seconds === null ? "–" : mmss(seconds * 1000)}</strong>
            {target !== null && <span class="faint"> / {mmss(target * 1000)}</span>}
          </li>
        ))}
      </ol>
      {incident.standby_unit_ids.flatMap((id) => units.get(id) ?? []).map((unit) => <StandsBy key={unit.id} unit={unit} incident={incident} />)}
      {stalled(runs, parked, targets, now.value).map((run) => <DoesNotRoll key={run.id} run={run} unit={units.get(run.unit_id)} />)}
      {incident.taken !== null && incident.phase !== "underway" && <Taken incident={incident} />}
    </section>
  );
}

function StandsBy({ unit, incident }: { readonly unit: Unit; readonly incident: Incident }) {
  const { actions } = useDesk();
  if (unit.standby === null) return null;
  return (
    <p class="card-line">
      <strong>{unit.call_sign}</strong> {t(`console.turnout.standby.${unit.standby.phase}`)} <Since at={unit.standby.since} />
      <span class="card-keys">
        <button type="button" class="key small" onClick={() => void actions.assign(incident, unit)}>{t("console.advice.send")} <kbd>F1</kbd></button>
        <button type="button" class="small" onClick={() => void actions.standDown(unit)}>{t("console.turnout.stand_down")} <kbd>F3</kbd></button>
      </span>
    </p>
  );
}

/** The next best unit that can go, offered; nothing happens without the key. */
function DoesNotRoll({ run, unit }: { readonly run: Assignment; readonly unit: Unit | undefined }) {
  const desk = useDesk();
  const advice = desk.advisor.current.value;
  const offered = advice.state === "ready" ? advice.advice.units.find(({ assignable, unit_id }) => assignable && unit_id !== run.unit_id) : undefined;
  if (unit === undefined) return null;
  return (
    <p class="card-line is-late" role="alert">
      <strong>{unit.call_sign}</strong> {t("console.turnout.not_rolling")} <Since at={run.assigned_at} />
      <span class="card-keys">
        {offered === undefined ? <span class="faint">{t("console.turnout.nobody_else")}</span> : (
          <button type="button" class="key small" disabled={!desk.may("replace-unit")} onClick={() => void desk.actions.replace(run, unit, { id: offered.unit_id, call_sign: offered.call_sign })}>
            {t("console.turnout.replace", { unit: offered.call_sign })} {roadMinutes(offered.eta_s)}
          </button>
        )}
      </span>
    </p>
  );
}

function Taken({ incident }: { readonly incident: Incident }) {
  const { link } = useDesk();
  const { taken } = incident;
  if (taken === null) return null;
  const unit = link.tables.units.value.get(taken.unit_id)?.call_sign ?? taken.unit_id;
  const other = taken.for_incident_id === null ? null : link.tables.incidents.value.get(taken.for_incident_id)?.number;
  return <p class="card-line is-late">{t("console.turnout.taken", { unit, other: other ?? "—" })} <Since at={taken.at} /></p>;
}

/** Call back, ask again: one key says what was found, with the priority where it changed. */
function Held({ incident }: { readonly incident: Incident }) {
  const { actions, now } = useDesk();
  const [priority, setPriority] = useState<Priority | "">("");
  const [note, setNote] = useState("");
  const left = incident.review_at === null ? 0 : Date.parse(incident.review_at) - now.value;
  const found = (what: ReviewFound): void => {
    void actions.review(incident, what, priority === "" ? null : priority, note);
    setPriority("");
    setNote("");
  };
  return (
    <div class={`card-line turnout-held ${left < 0 ? "is-late" : ""}`}>
      <span>{t("console.turnout.review")} <strong class="timer">{t(left < 0 ? "console.task.over" : "console.task.due_in", { time: mmss(Math.abs(left)) })}</strong> <span class="faint">{t("console.turnout.reviews", { count: incident.reviews })}</span></span>
      <span class="card-keys">
        <select class="small" aria-label={t("console.turnout.new_priority")} value={priority} onChange={(event) => setPriority(event.currentTarget.value as Priority | "")}>
          <option value="">{t("console.turnout.same_priority")}</option>
          {["P1", "P2", "P3", "P4"].map((each) => <option key={each} value={each}>{each}</option>)}
        </select>
        <input class="small" aria-label={t("console.log.note")} placeholder={t("console.log.note")} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
        {REVIEW_FOUND.map((what) => <button key={what} type="button" class="small" onClick={() => found(what)}>{t(`review.${what}`)}</button>)}
      </span>
    </div>
  );
}
