/** The 12-lead and what was given: take, read as a physician, treat. */
import { useEffect, useMemo, useState } from "preact/hooks";
import { authorised } from "@shared/api.ts";
import { Calibration } from "@shared/ecg/Calibration.tsx";
import { recordFrom, type EcgRecord } from "@shared/ecg/draw.ts";
import { TwelveLeadPicture } from "@shared/ecg/TwelveLeadPicture.tsx";
import { hhmm } from "@shared/format.ts";
import type { Ecg, Patient } from "@shared/rows.ts";
import { Readings } from "@shared/direct/Talk.tsx";
import { ulid } from "@shared/ulid.ts";
import { TWELVE_LEADS } from "@shared/wave.ts";
import type { Diagnostic } from "../monitor/recent.ts";
import { RATE_HZ, simulatedEcg, UV_PER_LSB } from "../model/simulated_monitor.ts";
import { TREATMENTS, type TreatmentKey } from "../model/treatments.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Conditions } from "./Conditions.tsx";
import { Key, Sheet } from "./keys.tsx";
import { PhotoKey } from "./PhotoKey.tsx";

const READINGS = ["stemi", "stemi_equivalent", "dynamic_st", "new_lbbb", "arrhythmia", "other_abnormal", "normal", "unreadable"] as const;

export function EcgPage({ crew, demo }: { crew: Crew; demo: boolean }) {
  const patient = crew.patient.value;
  if (patient === null) return <p class="empty">{t("crew.no_patient")}</p>;
  return (
    <section class="ecg-page">
      <Calibration />
      <Conditions crew={crew} patient={patient} />
      <TwelveLead crew={crew} patient={patient} demo={demo} />
      <Treatments crew={crew} patient={patient} />
    </section>
  );
}

/** Take the vehicle's monitor's last ten seconds as a 12-lead; without one, in the demo, a simulated monitor gives it and says so. */
async function take(crew: Crew, patient: Patient, demo: boolean): Promise<void> {
  if (patient.device_id === null) return;
  const heard = crew.bedside.line.device.value === patient.device_id;
  const taken = heard ? crew.bedside.diagnostic() : demo ? simulated(crew, patient, patient.device_id) : null;
  if (taken === null) return;
  await crew.uplink.addEcg({
    ecg_id: ulid(), patient_id: patient.id, device_id: taken.deviceId, at: new Date(crew.link.serverNow()).toISOString(),
    sample_rate_hz: taken.sampleRateHz, leads: TWELVE_LEADS, uv_per_lsb: taken.uvPerLsb, samples: taken.samples.buffer as ArrayBuffer,
  });
}

function simulated(crew: Crew, patient: Patient, deviceId: string): Diagnostic {
  const hr = crew.monitor.value?.values["hr"] ?? 80;
  const elevated = patient.findings["complaint"] === "chest_pain" || crew.rows.value.incident?.complaint === "chest_pain";
  const samples = simulatedEcg(Date.parse(patient.device_bound_at ?? "") % 1_000_000, hr, elevated);
  return { deviceId, sampleRateHz: RATE_HZ, uvPerLsb: UV_PER_LSB, samples };
}

/** What stands under the key that takes a 12-lead, and whether it can be taken. */
function source(crew: Crew, patient: Patient, demo: boolean): { readonly sub: string; readonly able: boolean } {
  const { ready, line } = crew.bedside;
  const device = line.device.value;
  if (device === null && !demo) return { sub: t("crew.ecg.no_monitor"), able: false };
  if (patient.device_id === null) return { sub: t("crew.ecg.bind_first"), able: false };
  if (device === patient.device_id) return ready.value ? { sub: device, able: true } : { sub: t("crew.ecg.ten_seconds"), able: false };
  return demo ? { sub: t("crew.ecg.simulated"), able: true } : { sub: t("crew.ecg.no_monitor"), able: false };
}

function TwelveLead({ crew, patient, demo }: { crew: Crew; patient: Patient; demo: boolean }) {
  const [reading, setReading] = useState(false);
  const waiting = crew.uplink.ecgs.value.filter((one) => one.patient_id === patient.id).at(-1);
  const latest = patient.ecgs.at(-1);
  const from = source(crew, patient, demo);
  const read = (code: string): void => {
    if (latest !== undefined) void crew.do("read-ecg", { patient_id: patient.id, ecg_id: latest.id, reading: code });
    setReading(false);
  };
  const local = useMemo(() => waiting === undefined ? null : { leads: waiting.leads, sampleRateHz: waiting.sample_rate_hz, uvPerLsb: waiting.uv_per_lsb, samples: new Int16Array(waiting.samples) }, [waiting?.ecg_id]);
  return (
    <div class="twelve-lead">
      {local !== null ? <EcgPicture record={local} demo={demo} /> : latest !== undefined ? <StoredEcg patient={patient} ecg={latest} demo={demo} /> : <p class="no-ecg">{t("crew.ecg.none")}</p>}
      <div class="ecg-keys">
        <Key label={t("crew.ecg.take")} sub={from.sub} kind={latest === undefined ? "main" : "plain"} disabled={!from.able} onTap={() => void take(crew, patient, demo)} />
        <Key label={latest?.reading ? t.code("ecg", latest.reading) : t("crew.ecg.read")} sub={latest?.reading ? t("crew.ecg.read_at", { at: latest.read_at === null ? "—" : hhmm(latest.read_at) }) : t("crew.ecg.physician")} kind={latest !== undefined && !latest.reading ? "main" : "plain"} disabled={latest === undefined} onTap={() => setReading(true)} />
        <PhotoKey crew={crew} patient={patient} />
      </div>
      {latest !== undefined && <Readings ecg={latest} />}
      {waiting !== undefined && <p class="ecg-waiting">{t("crew.ecg.not_sent")}</p>}
      {reading && (
        <Sheet title={t("crew.ecg.read.title")} onClose={() => setReading(false)}>
          <ul class="key-grid four">
            {READINGS.map((code) => <li key={code}><Key label={t.code("ecg", code)} onTap={() => read(code)} /></li>)}
          </ul>
        </Sheet>
      )}
    </div>
  );
}

function StoredEcg({ patient, ecg, demo }: { patient: Patient; ecg: Ecg; demo: boolean }) {
  const [record, setRecord] = useState<EcgRecord | null>(null);
  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      try {
        const answer = await fetch(`/api/patients/${patient.id}/ecgs/${ecg.id}`, { headers: authorised() });
        const found = answer.ok ? recordFrom(answer.headers, await answer.arrayBuffer()) : null;
        if (current) setRecord(found);
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
      }
    };
    void load();
    return () => { current = false; };
  }, [patient.id, ecg.id]);
  if (record === null) return <p class="no-ecg">{t("crew.ecg.taken", { at: hhmm(ecg.at) })}</p>;
  return <EcgPicture record={record} demo={demo} />;
}

function EcgPicture({ record, demo }: { record: EcgRecord; demo: boolean }) {
  return <TwelveLeadPicture record={record} label={t("crew.ecg.picture")} button="key" note={demo ? t("crew.ecg.simulated") : undefined} />;
}

function Treatments({ crew, patient }: { crew: Crew; patient: Patient }) {
  const [asking, setAsking] = useState<TreatmentKey | null>(null);
  const give = (treatment: TreatmentKey): void => {
    void crew.do("give-treatment", { patient_id: patient.id, code: treatment.code, dose: treatment.dose });
    setAsking(null);
  };
  return (
    <ul class="treatments">
      {TREATMENTS.map((treatment) => {
        const blocked = patient.blocked.includes(treatment.blockedBy ?? "");
        const given = patient.treatments.filter((one) => one.code === treatment.code);
        const last = given.at(-1);
        return (
          <li key={treatment.code}>
            <Key label={t.code("given", treatment.code)} kind={blocked ? "blocked" : "plain"} pressed={given.length > 0}
              sub={last !== undefined ? `✓ ${hhmm(last.at)}${given.length > 1 ? ` ×${given.length}` : ""}` : blocked ? t("crew.blocked") : (treatment.dose ?? undefined)}
              onTap={() => (blocked ? setAsking(treatment) : give(treatment))} />
          </li>
        );
      })}
      {asking !== null && (
        <Sheet title={t("crew.blocked.title", { what: t.code("given", asking.code) })} onClose={() => setAsking(null)}>
          <p class="say">{t("crew.blocked.why", { what: t.code("crew.forbids", asking.blockedBy ?? ""), condition: patient.conditions.map((one) => t.code("condition", one.code)).join(t("crew.comma")) })}</p>
          <div class="key-grid two">
            <Key label={t("crew.blocked.leave")} kind="main" onTap={() => setAsking(null)} />
            <Key label={t("crew.blocked.given")} sub={t("crew.blocked.given.sub")} onTap={() => give(asking)} />
          </div>
        </Sheet>
      )}
    </ul>
  );
}
