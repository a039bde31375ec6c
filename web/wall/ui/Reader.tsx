/** The remote physician: 12-leads that wait to be read, oldest first. Software never reads. */
import { useState } from "preact/hooks";
import { Calibration } from "@shared/ecg/Calibration.tsx";
import { age, hhmm } from "@shared/format.ts";
import { Consulting, LineForm, Lines, OrderForm, Orders, Readings } from "@shared/direct/Talk.tsx";
import type { Ecg, Patient } from "@shared/rows.ts";
import { LangKey } from "@shared/sign_in.tsx";
import { both, lang } from "@shared/texts.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";
import { EcgSheet } from "./TwelveLead.tsx";

const READINGS = ["stemi", "stemi_equivalent", "dynamic_st", "new_lbbb", "arrhythmia", "other_abnormal", "normal", "unreadable"] as const;

interface Unread {
  readonly patient: Patient;
  readonly ecg: Ecg;
}

export function Reader({ wall }: { wall: Wall }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const unread: readonly Unread[] = [...wall.link.tables.patients.value.values()]
    .flatMap((patient) => patient.ecgs.filter((ecg) => ecg.reading === null).map((ecg) => ({ patient, ecg })))
    .sort((a, b) => Date.parse(a.ecg.at) - Date.parse(b.ecg.at));
  const current = unread.find((one) => one.ecg.id === chosen) ?? unread[0];
  return (
    <div class="wall reader">
      <header class="head">
        <h1>{t("wall.reader")} <span class="count">{t("wall.reader.waiting", { count: unread.length })}</span></h1>
        <p class={`link ${wall.link.state.value}`} role="status"><i aria-hidden="true" />{t(`link.${wall.link.state.value}`)}</p>
        <LangKey />
      </header>
      <main>
        {current === undefined ? <section class="calm"><p class="calm-word">{t("wall.reader.none")}</p></section> : (
          <div class="reading">
            <nav aria-label={t("wall.reader")}>
              {unread.map(({ patient, ecg }) => (
                <button key={ecg.id} type="button" class="small" aria-pressed={ecg.id === current.ecg.id} onClick={() => setChosen(ecg.id)}>
                  {patient.code} · {hhmm(ecg.at)} <small>{age(wall.now.value - Date.parse(ecg.at), lang.value)}</small>
                </button>
              ))}
            </nav>
            <EcgSheet key={current.ecg.id} patientId={current.patient.id} ecg={current.ecg} />
            <Readings ecg={current.ecg} />
            <div class="readings">
              {READINGS.map((reading) => (
                <button key={reading} type="button" class="step" onClick={() => void wall.ask("read-ecg", { patient_id: current.patient.id, ecg_id: current.ecg.id, reading })}>{t.code("ecg", reading)}</button>
              ))}
            </div>
          </div>
        )}
      </main>
      <Consulted wall={wall} />
      <Calibration />
      {wall.refusal.value !== null && <p class="refusal" role="alert">{both(wall.refusal.value.text)}</p>}
    </div>
  );
}

/** Patients who wait for a specialist, and those this physician has joined: talk and orders, until they leave. */
function Consulted({ wall }: { wall: Wall }) {
  const me = wall.session.account;
  const patients = [...wall.link.tables.patients.value.values()];
  const mine = patients.filter((each) => each.specialists.some((one) => one.id === me));
  const wanted = patients.filter((each) => each.advice_wanted !== null);
  return (
    <div class="consulted">
      {wanted.map((patient) => (
        <section key={patient.id}>
          <Consulting patient={patient} />
          <p>{patient.code} · {patient.conditions.map((one) => t.code("wall.condition", one.code)).join(" · ")}</p>
          <button type="button" class="step" onClick={() => void wall.ask("join-patient", { patient_id: patient.id, name: wall.session.name })}>{t("wall.join")}</button>
        </section>
      ))}
      {mine.map((patient) => (
        <section key={patient.id} aria-label={patient.code}>
          <h3>{patient.code} · {patient.conditions.map((one) => t.code("wall.condition", one.code)).join(" · ")}</h3>
          <Orders orders={patient.orders} nowMs={wall.now.value} button="step" onWithdraw={(order) => void wall.ask("withdraw-order", { patient_id: patient.id, order_id: order.id })} />
          <OrderForm button="step" onGive={(code, dose, note) => void wall.ask("give-order", { patient_id: patient.id, code, dose, note, physician: wall.session.name })} />
          <Lines lines={patient.lines} />
          <LineForm button="step" onSend={(text) => void wall.ask("write-to-team", { patient_id: patient.id, text })} />
          <button type="button" class="step" onClick={() => void wall.ask("leave-patient", { patient_id: patient.id })}>{t("wall.leave")}</button>
        </section>
      ))}
    </div>
  );
}
