import { hhmmss, mmss } from "@shared/format.ts";
import type { Incident } from "@shared/rows.ts";
import { ageOf } from "../logic/ageing.ts";
import { headline } from "../logic/headline.ts";
import { useDesk } from "../store/desk.ts";
import { colon, t } from "../texts.ts";
import { PriorityPicker } from "./PriorityPicker.tsx";
import { CallLine } from "./CallLine.tsx";
import { CallerHistory } from "./CallerHistory.tsx";
import { SameEvents } from "./SameEvents.tsx";
import { conditionWord, seatName } from "../words.ts";

/** Ended calls that stand below the open ones; fifty callers of one crash fit on no screen. */
const ENDED_SHOWN = 2;

/** Number, priority, what, where, how long: the line that is read out on the radio. */
export function IncidentHead({ incident }: { readonly incident: Incident }) {
  const { link, selection } = useDesk();
  const patients = incident.patient_ids.flatMap((id) => link.tables.patients.value.get(id) ?? []);
  const top = headline(patients);
  const calls = incident.call_ids.flatMap((id) => link.tables.calls.value.get(id) ?? []);
  const open = calls.filter(({ phase }) => phase !== "ended");
  const rest = calls.filter(({ phase }) => phase === "ended").toReversed();
  const newest = open.at(-1);
  return (
    <header class="incident-head">
      <div class="incident-head-line">
        <PriorityPicker incident={incident} />
        <h2>
          {incident.number} <span class="incident-what">{top === null ? (incident.complaint ?? t("console.queue.unassessed")) : conditionWord(top)}</span>
        </h2>
        <Clock incident={incident} />
        <button type="button" class="quiet" aria-label={t("console.incident.close_panel")} onClick={() => selection.showIncident(null)}>✕</button>
      </div>
      <p class="incident-where">{incident.words ?? t("console.queue.no_words")}</p>
      <p class="incident-meta">
        <span class={`phase phase-${incident.phase}`}>{t(`console.incident.phase.${incident.phase}`)}</span>
        <span>{t("console.incident.opened", { time: hhmmss(incident.opened_at) })}</span>
        {top !== null && incident.complaint !== null && <span>“{incident.complaint}”</span>}
        {calls.length > 1 && <span class="callers">{t("console.queue.callers", { count: calls.length })}</span>}
        {incident.seat !== null && <span>{t("console.incident.seat", { seat: seatName(incident.seat, link.tables.seats.value) })}</span>}
        {incident.priority_fixed && <span>{t("console.priority.fixed")}{incident.priority_reason === null ? "" : `${colon()}${incident.priority_reason}`}</span>}
      </p>
      <ul class="call-lines">{[...open, ...rest.slice(0, ENDED_SHOWN)].map((call) => <li key={call.id}><CallLine call={call} incident={incident} /></li>)}</ul>
      {rest.length > ENDED_SHOWN && <p class="faint">{t("console.incident.more_calls", { count: rest.length - ENDED_SHOWN })}</p>}
      {newest !== undefined && <CallerHistory key={`history-${newest.id}`} call={newest} />}
      {newest !== undefined && newest.id === incident.call_ids[0] && incident.phase !== "closed" && <SameEvents key={`same-${newest.id}`} call={newest} incident={incident} />}
    </header>
  );
}

function Clock({ incident }: { readonly incident: Incident }) {
  const { now } = useDesk();
  if (incident.phase === "waiting" || incident.phase === "unlocated") {
    const age = ageOf(incident, now.value);
    return <span class={`timer timer-big timer-wait is-${age.level}`}>{mmss(age.waited_s * 1000)}</span>;
  }
  const end = incident.closed_at === null ? now.value : Date.parse(incident.closed_at);
  return <span class="timer timer-big">{mmss(end - Date.parse(incident.opened_at))}</span>;
}
