import { hhmm } from "@shared/format.ts";
import type { Incident, Patient } from "@shared/rows.ts";
import { STEPS, stepCards } from "../logic/step_cards.ts";
import { useDesk } from "../store/desk.ts";
import { usePatient } from "../store/patient.ts";
import { listed, t } from "../texts.ts";
import { conditionWord, reasonWord, whoWord } from "../words.ts";
import { CardClocks } from "./CardClocks.tsx";
import { MonitorStrip } from "./MonitorStrip.tsx";
import { PatientBar } from "./PatientBar.tsx";
import { QuestionList } from "./QuestionList.tsx";

/** What is known about the patient, what it means, and what to ask next. */
export function AssessTab({ incident }: { readonly incident: Incident }) {
  const patient = usePatient(incident);
  return (
    <>
      <PatientBar incident={incident} patient={patient} />
      {patient !== null && (
        <>
          <Conditions patient={patient} />
          <MonitorStrip patient={patient} />
          <EcgLine patient={patient} />
          <Guides patient={patient} incident={incident} />
          <QuestionList key={patient.id} patient={patient} incident={incident} />
        </>
      )}
    </>
  );
}

/** How the 12-leads were read, each with its time. */
function EcgLine({ patient }: { readonly patient: Patient }) {
  if (patient.ecgs.length === 0) return null;
  return (
    <p class="vitals-line">
      {patient.ecgs.map((ecg) => <span key={ecg.id}>{t("console.assess.ecg")} <time class="faint">{hhmm(ecg.at)}</time> <strong>{ecg.reading === null ? t("console.assess.ecg_unread") : t.code("found.ecg.result", ecg.reading)}</strong></span>)}
    </p>
  );
}

/** What to tell the caller until the crew is there. */
function Guides({ patient, incident }: { readonly patient: Patient; readonly incident: Incident }) {
  const { assignments } = useDesk().link.tables;
  if (patient.outcome !== null) return null;
  // Once a crew is with the patient nobody reads steps out any more: they give way to what the crew reports.
  const alone = !incident.assignment_ids.some((id) => assignments.value.get(id)?.points["patient_contact"] !== undefined);
  return (
    <>
      {stepCards(patient).map((card) => (
        <details key={card} class="guide" open={alone && (card === "telephone_cpr" || card === "telephone_cpr_breaths")}>
          <summary><span class="faint">{t("console.assess.guide")}</span> <strong>{t(`card.${card}`)}</strong></summary>
          <CardClocks card={card} patient={patient} incident={incident} />
          <ol>{STEPS[card].map((step) => <li key={step}>{t.code(`step.${card}`, step)}</li>)}</ol>
        </details>
      ))}
    </>
  );
}

function Conditions({ patient }: { readonly patient: Patient }) {
  const seats = useDesk().link.tables.seats.value;
  const fired = patient.conditions;
  return (
    <section class="conditions" aria-label={t("console.assess.conditions")}>
      {patient.china_triage !== null && <p class={`triage triage-${patient.china_triage}`}>{t("console.assess.triage", { level: patient.china_triage })}</p>}
      {fired.length === 0 && <p class="nothing">{t("console.assess.no_conditions")}</p>}
      <ul>
        {fired.map((condition) => (
          <li key={condition.code} class={`condition condition-${condition.status}`}>
            <strong>{conditionWord(condition)}</strong>
            {condition.confirmed_by !== null && <span> · {whoWord(condition.confirmed_by, seats)}{condition.confirmed_at !== null && ` ${hhmm(condition.confirmed_at)}`}</span>}
            {condition.evidence.length > 0 && <span class="faint"> {t("console.assess.evidence")} {listed(condition.evidence.map(reasonWord))}</span>}
          </li>
        ))}
      </ul>
      {patient.contradictions.map((each) => <p key={each.code} class="advice-line">⚠ {reasonWord(each)}</p>)}
      {patient.blocked.length > 0 && <p class="blocked"><strong>{t("console.assess.blocked")}</strong> {listed(patient.blocked.map((code) => t.code("blocked", code)))}</p>}
      {patient.activate.length > 0 && <p class="faint">{t("console.assess.activate")} {listed(patient.activate.map((code) => t.code("activate", code)))}</p>}
      {patient.advice.length > 0 && <p class="advice-line">{patient.advice.map((code) => t.code("advice", code)).join(" · ")}</p>}
    </section>
  );
}
