import { mmss } from "@shared/format.ts";
import type { Incident } from "@shared/rows.ts";
import { ageOf } from "../logic/ageing.ts";
import { headline } from "../logic/headline.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { PriorityBadge } from "../ui/PriorityBadge.tsx";
import { StatusMark } from "../ui/StatusMark.tsx";
import { Since } from "../ui/Timer.tsx";
import { conditionWord } from "../words.ts";

/** One incident of the queue: what, where, how long; who is on it and what is wrong with that. */
export function IncidentRow({ incident }: { readonly incident: Incident }) {
  const { selection, link } = useDesk();
  const current = selection.incidentId.value === incident.id;
  const waits = incident.phase === "waiting" || incident.phase === "unlocated";
  const patients = incident.patient_ids.flatMap((id) => link.tables.patients.value.get(id) ?? []);
  const top = headline(patients);
  const what = top === null ? (incident.complaint ?? t("console.queue.unassessed")) : conditionWord(top);
  return (
    <button type="button" data-roving={incident.id} data-incident={incident.number} class={`incident-row row-${incident.phase} ${waits ? "row-waits" : ""}`} aria-current={current || undefined} onClick={() => selection.showIncident(incident.id)}>
      <PriorityBadge priority={incident.priority} quiet={!waits} />
      <span class="incident-row-what">
        <strong>{incident.number}</strong> <span class="incident-row-name">{what}</span>
        {incident.call_ids.length > 1 && <span class="callers"> {t("console.queue.callers", { count: incident.call_ids.length })}</span>}
        {patients.length > 1 && <span class="faint"> · {t("console.queue.patients", { count: patients.length })}</span>}
      </span>
      <RowClock incident={incident} />
      <span class="incident-row-where">{incident.words ?? t("console.queue.no_words")}</span>
      <RowState incident={incident} />
      {waits && <AgeBar incident={incident} />}
    </button>
  );
}

function RowClock({ incident }: { readonly incident: Incident }) {
  const { now } = useDesk();
  if (incident.phase === "held" && incident.review_at !== null) {
    const left = Date.parse(incident.review_at) - now.value;
    const key = left >= 0 ? "console.queue.review_in" : "console.queue.review_over";
    return <span class={`timer ${left < 0 ? "is-over" : ""}`}>{t(key, { time: mmss(Math.abs(left)) })}</span>;
  }
  if (incident.phase === "waiting" || incident.phase === "unlocated") {
    const age = ageOf(incident, now.value);
    return <span class={`timer timer-wait is-${age.level}`}>{mmss(age.waited_s * 1000)}</span>;
  }
  return <Since at={incident.closed_at ?? incident.opened_at} />;
}

function AgeBar({ incident }: { readonly incident: Incident }) {
  const { now } = useDesk();
  const age = ageOf(incident, now.value);
  // An attribute of SVG, not a style: the page's policy allows no inline style.
  return (
    <svg class={`age-bar is-${age.level}`} viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
      <rect width={age.share * 100} height="1" />
    </svg>
  );
}

function RowState({ incident }: { readonly incident: Incident }) {
  const { link } = useDesk();
  const { assignments, units, centers, patients, activations } = link.tables;
  if (incident.phase === "unlocated") return <span class="row-note">{t("console.queue.not_located")}</span>;
  if (incident.phase === "waiting" && incident.place?.confirmed === false) return <span class="row-note">{t("console.queue.not_confirmed")}</span>;
  if (incident.phase === "closed") return <span class="row-note">{incident.outcome === null ? "" : t(`outcome.${incident.outcome}`)}</span>;
  const runs = incident.assignment_ids.flatMap((id) => assignments.value.get(id) ?? []).filter((run) => run.outcome === null);
  const silent = incident.patient_ids.some((id) => {
    const activation = activations.value.get(patients.value.get(id)?.activation_id ?? "");
    return activation !== undefined && (activation.phase === "sent" || activation.phase === "received") && Date.parse(activation.acknowledge_by) < link.serverNow();
  });
  const center = incident.patient_ids.map((id) => centers.value.get(patients.value.get(id)?.center_id ?? "")).find((found) => found !== undefined);
  return (
    <span class="row-note">
      {runs.map((run) => {
        const unit = units.value.get(run.unit_id);
        return unit === undefined ? null : (
          <span class="row-unit" key={run.id}>
            <StatusMark status={unit.status} /> {unit.call_sign} {t(`status.${unit.status}`)}
          </span>
        );
      })}
      {center !== undefined && <span class="row-center">→ {center.name}</span>}
      {silent && <span class="row-silent alarm-medium">{t("console.queue.hospital_silent")}</span>}
    </span>
  );
}
