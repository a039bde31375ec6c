import { useState } from "preact/hooks";
import { isInfectious } from "@shared/isolation.ts";
import type { Incident, Patient } from "@shared/rows.ts";
import { ageIn, findingAt } from "../logic/questions.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { EndingForm } from "./EndingForm.tsx";
import { focused } from "../ui/focused.ts";

/** Which of the patients this is about; a name when it is known, one more when there is one. */
export function PatientBar({ incident, patient }: { readonly incident: Incident; readonly patient: Patient | null }) {
  const desk = useDesk();
  const { actions, link, selection } = desk;
  const [ending, setEnding] = useState(false);
  const [naming, setNaming] = useState(false);
  const patients = incident.patient_ids.flatMap((id) => link.tables.patients.value.get(id) ?? []);
  return (
    <div class="patient-bar" role="group" aria-label={t("console.assess.patient")}>
      {patients.map((each) => (
        <button type="button" key={each.id} class="small" aria-pressed={each.id === patient?.id} onClick={() => (selection.patientId.value = each.id)}>
          {isInfectious(each) && <span class="scene-warning" title={t("isolation.warning")}>⚠ {t("isolation.short")} </span>}
          {each.code} <span class="faint">{each.name ?? whoIs(each)}</span>
        </button>
      ))}
      {incident.phase !== "closed" && <button type="button" class="small" onClick={() => void actions.addPatient(incident)}>＋ {t("console.assess.add_patient")}</button>}
      {patient !== null && patient.name === null && !naming && <button type="button" class="small" onClick={() => setNaming(true)}>{t("console.assess.name")}…</button>}
      {patient !== null && patients.length > 1 && patient.outcome === null && desk.may("end-patient") && (
        <button type="button" class="small" aria-expanded={ending} onClick={() => setEnding(!ending)}>{t("console.assess.end_patient")}…</button>
      )}
      {patient?.outcome != null && <span class="faint">{t(`outcome.${patient.outcome}`)}</span>}
      {patient !== null && ending && <EndingForm onDone={() => setEnding(false)} onEnd={(end) => void actions.endPatient(patient, end)} />}
      {patient !== null && naming && <NameForm patient={patient} onDone={() => setNaming(false)} />}
    </div>
  );
}

function NameForm({ patient, onDone }: { readonly patient: Patient; readonly onDone: () => void }) {
  const { actions } = useDesk();
  const [name, setName] = useState("");
  return (
    <form class="inline-form" onSubmit={(event) => {
      event.preventDefault();
      onDone();
      void actions.namePatient(patient, name);
    }}>
      <input ref={focused} required aria-label={t("console.assess.name")} value={name} onInput={(e) => setName(e.currentTarget.value)} />
      <button type="submit" class="key small">{t("ui.confirm")}</button>
    </form>
  );
}

/** 62岁 男; nothing for what is not known. */
function whoIs(patient: Patient): string {
  const age = ageIn(findingAt(patient.findings, "age"));
  const sex = findingAt(patient.findings, "sex");
  const words = [age === null ? "" : t(`age.${age.unit}`, { n: age.value }), typeof sex === "string" ? t.code("sex", sex) : ""];
  return words.filter((word) => word !== "").join(" ");
}
