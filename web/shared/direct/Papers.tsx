/** Consent on the way and numbers before the papers: shown everywhere, entered by whoever stands beside the patient. */
import { useState } from "preact/hooks";
import { calledWord } from "../called.ts";
import { hhmm } from "../format.ts";
import type { Patient } from "../rows.ts";
import type { Consent } from "./rows.ts";
import { ASKED, newestConsents, procedureBehind, PROCEDURES, registrationAt, STEPS, type Ask } from "./model.ts";
import { t } from "./texts.ts";

export function ConsentLines({ patient }: { readonly patient: Patient }) {
  const newest = newestConsents(patient);
  if (newest.length === 0) return <p class="consents none">{t("consent.title")} {t("consent.none")}</p>;
  return <ul class="consents">{newest.map((each) => <li key={each.procedure}><strong>{consentWords(each)}</strong> <small>{consentDetail(each)}</small></li>)}</ul>;
}

const consentWords = (one: Consent): string => `${t.code("consent.procedure", one.procedure)} ${t.code("consent.step", one.step)} ${hhmm(one.at)}`;

function consentDetail(one: Consent): string {
  const who = one.asked === "nobody" ? t("consent.asked.nobody") : `${t.code("consent.asked", one.asked)}${one.signer === null ? "" : ` ${one.signer}`}`;
  const parts = [who, one.words === null ? "" : `“${one.words}”`, one.approver === null ? "" : `${t("consent.approver")} ${one.approver}`, t("consent.by", { who: one.entered_for ?? calledWord(one.told_by) })];
  return parts.filter((part) => part !== "").join(" · ");
}

/** What is asked, of whom, in whose words; the last tap says how far it is. */
export function ConsentForm({ patient, door, ask, button, onDone }: { readonly patient: Patient; readonly door: string; readonly ask: Ask; readonly button: string; readonly onDone?: () => void }) {
  const [procedure, setProcedure] = useState<string>(procedureBehind(door));
  const [asked, setAsked] = useState<string>("patient");
  const [signer, setSigner] = useState("");
  const [words, setWords] = useState("");
  const [approver, setApprover] = useState("");
  const said = (text: string): string | null => text.trim() || null;
  const take = (step: string): void => {
    void ask("record-consent", { patient_id: patient.id, procedure, step, asked, signer: said(signer), words: said(words), approver: step === "emergency_exemption" ? said(approver) : null });
    onDone?.();
  };
  const closed = (step: string): boolean => {
    if (step === "emergency_exemption") return approver.trim() === "";
    return asked === "nobody" && step !== "unable";
  };
  return (
    <div class="direct-form consent-form">
      <label>{t("consent.title")}
        <select value={procedure} onChange={(event) => setProcedure(event.currentTarget.value)}>
          {PROCEDURES.map((each) => <option key={each} value={each}>{t(`consent.procedure.${each}`)}</option>)}
        </select>
      </label>
      <label>{t("consent.asked")}
        <select value={asked} onChange={(event) => setAsked(event.currentTarget.value)}>
          {ASKED.map((each) => <option key={each} value={each}>{t(`consent.asked.${each}`)}</option>)}
        </select>
      </label>
      <label>{t("consent.signer")}<input value={signer} maxLength={80} onInput={(event) => setSigner(event.currentTarget.value)} /></label>
      <label>{t("consent.words")}<input value={words} maxLength={500} onInput={(event) => setWords(event.currentTarget.value)} /></label>
      <label>{t("consent.approver")}<input value={approver} maxLength={80} onInput={(event) => setApprover(event.currentTarget.value)} /></label>
      <p class="age">{t("consent.exemption.why")}</p>
      <div class="choices steps-row">
        {STEPS.map((step) => <button key={step} type="button" class={button} disabled={closed(step)} onClick={() => take(step)}>{t(`consent.step.${step}`)}</button>)}
      </div>
    </div>
  );
}

export function RegistrationLine({ patient }: { readonly patient: Patient }) {
  const known = registrationAt(patient, patient.center_id);
  if (known === null) return null;
  const newest = known.numbers.at(-1);
  return (
    <p class="registration">
      <strong>{t("registration.temporary", { number: known.temporary_id })}</strong>{" "}
      <span>{newest === undefined ? t("registration.open") : t("registration.hospital", { number: newest.hospital_id })}</span>
      {known.numbers.slice(0, -1).map((each, nth) => <small key={each.hospital_id}> {t("registration.earlier", { number: each.hospital_id, reason: known.numbers[nth + 1]?.reason ?? "" })}</small>)}
    </p>
  );
}

/** One tap gives the temporary number; the hospital's own follows whenever somebody has it. */
export function RegistrationForm({ patient, ask, button }: { readonly patient: Patient; readonly ask: Ask; readonly button: string }) {
  const [open, setOpen] = useState(false);
  const [number, setNumber] = useState("");
  const [reason, setReason] = useState("");
  const known = registrationAt(patient, patient.center_id);
  if (patient.center_id === null) return null;
  if (known === null) return <button type="button" class={button} onClick={() => void ask("pre-register", { patient_id: patient.id })}>{t("registration.give")}</button>;
  if (!open) return <button type="button" class={button} onClick={() => setOpen(true)}>{t("registration.merge")}</button>;
  return (
    <form class="direct-form" onSubmit={(event) => {
      event.preventDefault();
      void ask("merge-registration", { patient_id: patient.id, hospital_id: number, reason: reason.trim() || null });
      setOpen(false);
    }}>
      <label>{t("registration.number")}<input required maxLength={40} value={number} onInput={(event) => setNumber(event.currentTarget.value)} /></label>
      {known.numbers.length > 0 && <label>{t("registration.reason")}<input required maxLength={200} value={reason} onInput={(event) => setReason(event.currentTarget.value)} /></label>}
      <button type="submit" class={button}>{t("registration.merge")}</button>
    </form>
  );
}
