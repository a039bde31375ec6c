/** Who this is: code, sex, age, consciousness; and which of several patients. */
import { useState } from "preact/hooks";
import type { Findings, Patient } from "@shared/rows.ts";
import { findingAt } from "../model/findings.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Key, Pad, Sheet } from "./keys.tsx";
import { learn } from "./learn.ts";

const ACVPU = ["alert", "confused", "voice", "pain", "unresponsive"] as const;
const AGE_UNITS = ["years", "months", "days"] as const;

export function ageWords(findings: Findings): string {
  const age = findings["age"];
  if (typeof age !== "object" || Array.isArray(age)) return t("age.unknown");
  const { value, unit } = age as Findings;
  return t.code("age", String(unit ?? "years"), { n: String(value) });
}

export function PatientKeys({ crew, patient }: { crew: Crew; patient: Patient }) {
  const [open, setOpen] = useState<"who" | "age" | "mind" | null>(null);
  const [unit, setUnit] = useState<(typeof AGE_UNITS)[number]>("years");
  const sex = findingAt(patient.findings, "sex");
  const mind = findingAt(patient.findings, "consciousness");
  const { patients, incident } = crew.rows.value;
  const close = (): void => setOpen(null);
  return (
    <div class="patient-keys">
      <Key label={patient.code} sub={patients.length > 1 ? t("crew.patients", { count: patients.length }) : t("crew.patient")} onTap={() => setOpen("who")} />
      {(["male", "female"] as const).map((one) => (
        <Key key={one} label={t(`sex.${one}`)} pressed={sex === one} onTap={() => learn(crew, patient, "sex", sex === one ? "unknown" : one)} />
      ))}
      <Key label={ageWords(patient.findings)} sub={t("crew.age")} onTap={() => setOpen("age")} />
      <Key label={mind === undefined ? "—" : t.code("found.consciousness", String(mind))} sub={t("crew.consciousness")} onTap={() => setOpen("mind")} />
      {open === "who" && (
        <Sheet title={t("crew.patient")} onClose={close}>
          <ul class="key-grid four">
            {patients.map((one) => (
              <li key={one.id}><Key label={one.code} sub={ageWords(one.findings)} pressed={one.id === patient.id} onTap={() => { crew.fill({ patientId: one.id }); close(); }} /></li>
            ))}
            <li><Key label={t("crew.add_patient")} onTap={() => {
              if (incident !== null) void crew.do("add-patient", { incident_id: incident.id });
              close();
            }} /></li>
          </ul>
        </Sheet>
      )}
      {open === "age" && (
        <Pad key={unit} title={`${t("crew.age")} · ${t.code("crew.age", unit)}`} unit={t.code("crew.age", unit)} most={3} read={(digits) => (digits === "" ? null : digits)} onClose={close}
          extra={AGE_UNITS.map((one) => <Key key={one} label={t.code("crew.age", one)} pressed={one === unit} onTap={() => setUnit(one)} />)}
          onDone={(digits) => {
            learn(crew, patient, "age", { value: Number(digits), unit });
            close();
          }} />
      )}
      {open === "mind" && (
        <Sheet title={t("crew.consciousness")} onClose={close}>
          <ul class="key-grid three">
            {ACVPU.map((one) => (
              <li key={one}><Key label={t.code("found.consciousness", one)} pressed={mind === one} onTap={() => { learn(crew, patient, "consciousness", mind === one ? "unknown" : one); close(); }} /></li>
            ))}
          </ul>
        </Sheet>
      )}
    </div>
  );
}
