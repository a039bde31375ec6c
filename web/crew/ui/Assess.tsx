/** Findings by complaint. Unknown is the default and stays unknown; a second tap takes an answer back. */
import { useState } from "preact/hooks";
import { COMPLAINTS } from "@shared/complaint.ts";
import { hhmm, momentBefore } from "@shared/format.ts";
import type { Patient } from "@shared/rows.ts";
import { complaintOf, findingAt, SHEETS, tapped, type Choice, type Quantity } from "../model/findings.ts";
import type { Crew } from "../state.ts";
import { complaintNames, t } from "../texts.ts";
import { Conditions } from "./Conditions.tsx";
import { Key, Pad, Sheet } from "./keys.tsx";
import { PatientKeys } from "./PatientKeys.tsx";
import { learn } from "./learn.ts";
import { TimePad } from "./StepKeys.tsx";

export function Assess({ crew }: { crew: Crew }) {
  const [open, setOpen] = useState<"complaint" | "clock" | Quantity | null>(null);
  const patient = crew.patient.value;
  const { incident, calls } = crew.rows.value;
  if (patient === null) return <p class="empty">{t("crew.no_patient")}</p>;
  const complaint = complaintOf(patient.findings, incident?.complaint ?? calls[0]?.complaint ?? null, complaintNames);
  const sheet = SHEETS[complaint];
  const clock = sheet.clock === null ? undefined : findingAt(patient.findings, sheet.clock);
  const close = (): void => setOpen(null);
  return (
    <section class="assess">
      <PatientKeys crew={crew} patient={patient} />
      <Conditions crew={crew} patient={patient} />
      <div class="assess-keys">
        <Key label={t.code("complaint", complaint)} sub={t("crew.complaint")} onTap={() => setOpen("complaint")} />
        {sheet.clock !== null && <Key label={typeof clock === "string" ? hhmm(clock) : "—"} sub={t(`crew.${sheet.clock}`)} onTap={() => setOpen("clock")} />}
        {sheet.numbers.map((number) => (
          <Key key={number.path} label={String(findingAt(patient.findings, number.path) ?? "—")} sub={`${t.code("finding", number.path)} (${number.unit})`} onTap={() => setOpen(number)} />
        ))}
      </div>
      <div class="findings">
        {sheet.choices.map((choice) => <ChoiceRow key={choice.path} crew={crew} patient={patient} choice={choice} />)}
        {sheet.known.map((path) => <KnownRow key={path} crew={crew} patient={patient} path={path} />)}
      </div>
      {open === "complaint" && (
        <Sheet title={t("crew.complaint")} onClose={close}>
          <ul class="key-grid four">
            {COMPLAINTS.map((one) => (
              <li key={one}><Key label={t.code("complaint", one)} pressed={one === complaint} onTap={() => { learn(crew, patient, "complaint", one); close(); }} /></li>
            ))}
          </ul>
        </Sheet>
      )}
      {open === "clock" && sheet.clock !== null && (
        <TimePad title={t(`crew.${sheet.clock}`)} now={crew.now.value} onClose={close} onDone={(digits) => {
          const at = momentBefore(digits, crew.link.serverNow());
          if (at !== null && sheet.clock !== null) learn(crew, patient, sheet.clock, at);
          close();
        }} />
      )}
      {typeof open === "object" && open !== null && (
        <Pad title={t.code("finding", open.path)} unit={open.unit} most={5} point read={(digits) => (Number.isFinite(Number(digits)) && digits !== "" ? digits : null)} onClose={close} onDone={(digits) => {
          learn(crew, patient, open.path, Number(digits));
          close();
        }} />
      )}
    </section>
  );
}

function KnownRow({ crew, patient, path }: { crew: Crew; patient: Patient; path: string }) {
  const value = findingAt(patient.findings, path);
  const name = t.code("finding", path);
  return (
    <div class="finding" role="group" aria-label={name}>
      <span class={value === undefined ? "finding-name" : "finding-name known"}>{name}</span>
      {(["yes", "no"] as const).map((answer) => (
        <Key key={answer} label={t(`crew.${answer}`)} pressed={value === answer} onTap={() => learn(crew, patient, path, tapped(value, answer))} />
      ))}
    </div>
  );
}

function ChoiceRow({ crew, patient, choice }: { crew: Crew; patient: Patient; choice: Choice }) {
  const value = findingAt(patient.findings, choice.path);
  const name = t.code("finding", choice.path);
  return (
    <div class="finding wide" role="group" aria-label={name}>
      <span class={value === undefined ? "finding-name" : "finding-name known"}>{name}</span>
      {choice.options.map((option) => (
        <Key key={option} label={typeof option === "number" ? String(option) : t.code(`found.${choice.path}`, option)} pressed={value === option} onTap={() => learn(crew, patient, choice.path, value === option ? "unknown" : option)} />
      ))}
    </div>
  );
}
