/** Vital signs: from the monitor that is bound to the patient, or by hand. Every value with its age. */
import { useState } from "preact/hooks";
import { age } from "@shared/format.ts";
import { readingOf, type Reading, type Sign } from "@shared/readings.ts";
import { SEVERITY } from "@shared/severity.ts";
import { lang } from "@shared/texts.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Pad } from "./keys.tsx";
import { MonitorKeys } from "./MonitorKeys.tsx";
import { PatientKeys } from "./PatientKeys.tsx";

const SIGNS: readonly { readonly sign: Sign; readonly unit: string; readonly most: number; readonly point?: boolean }[] = [
  { sign: "hr", unit: "/min", most: 3 },
  { sign: "bp", unit: "mmHg", most: 6 },
  { sign: "spo2", unit: "%", most: 3 },
  { sign: "rr", unit: "/min", most: 2 },
  { sign: "gcs", unit: "3–15", most: 2 },
  { sign: "glucose_mmol_l", unit: "mmol/L", most: 4, point: true },
  { sign: "temp_c", unit: "°C", most: 4, point: true },
  { sign: "pain", unit: "0–10", most: 2 },
];

export function Vitals({ crew }: { crew: Crew }) {
  const [open, setOpen] = useState<Sign | null>(null);
  const patient = crew.patient.value;
  if (patient === null) return <p class="empty">{t("crew.no_patient")}</p>;
  const chosen = SIGNS.find((one) => one.sign === open);
  return (
    <section class="vitals">
      <PatientKeys crew={crew} patient={patient} />
      <ul class="vital-grid">
        {SIGNS.map(({ sign, unit }) => <Tile key={sign} sign={sign} unit={unit} reading={readingOf(sign, patient, crew.monitor.value ?? undefined, crew.now.value, crew.link.speed.value)} onTap={() => setOpen(sign)} />)}
      </ul>
      <MonitorKeys crew={crew} patient={patient} />
      {chosen !== undefined && (
        <Pad key={chosen.sign} title={t(`vital.${chosen.sign}`)} unit={chosen.unit} most={chosen.most} point={chosen.point ?? false}
          shape={chosen.sign === "bp" ? pressureShape : (digits) => digits}
          read={(digits) => (valuesFrom(chosen.sign, digits) === null ? null : digits)}
          onClose={() => setOpen(null)}
          onDone={(digits) => {
            const values = valuesFrom(chosen.sign, digits);
            if (values !== null) void crew.do("record-vitals", { patient_id: patient.id, vitals: values });
            setOpen(null);
          }} />
      )}
    </section>
  );
}

function Tile({ sign, unit, reading, onTap }: { sign: Sign; unit: string; reading: Reading | null; onTap: () => void }) {
  const stale = reading?.stale ?? false;
  const severity = SEVERITY[reading === null || stale ? "none" : reading.level];
  return (
    <li>
      <button type="button" class={`key vital ${severity.className} ${stale ? "stale" : ""}`} onClick={onTap}>
        <span class="key-sub">{t(`vital.${sign}`)} {severity.mark}</span>
        <span class="vital-value">{reading === null || (stale && !reading.byHand) ? "—" : reading.text}</span>
        <span class="key-sub">{reading === null ? unit : `${unit} · ${reading.ageMs === null ? t("vital.earlier") : age(reading.ageMs, lang.value)}${reading.byHand ? ` · ${t("crew.by_hand")}` : ""}`}</span>
      </button>
    </li>
  );
}

/** 18695 is 186/95, 9258 is 92/58: systolic is three digits unless it begins above 3. */
function pressureOf(digits: string): readonly [string, string] {
  const cut = digits.length > 0 && digits.charAt(0) > "3" ? 2 : 3;
  return [digits.slice(0, cut), digits.slice(cut)];
}

function pressureShape(digits: string): string {
  const [systolic, diastolic] = pressureOf(digits);
  return diastolic === "" ? systolic : `${systolic}/${diastolic}`;
}

const LIMITS: Readonly<Record<Exclude<Sign, "bp">, readonly [number, number]>> = {
  hr: [0, 350], spo2: [0, 100], rr: [0, 200], gcs: [3, 15], glucose_mmol_l: [0.6, 33.3], temp_c: [0, 50], pain: [0, 10], etco2: [0, 150],
};

/** The values that digits mean, or null while they are none or impossible. */
export function valuesFrom(sign: Sign, digits: string): Record<string, number> | null {
  if (sign === "bp") {
    const [systolic, diastolic] = pressureOf(digits).map(Number) as [number, number];
    return diastolic >= 10 && systolic > diastolic && systolic <= 300 ? { sbp: systolic, dbp: diastolic } : null;
  }
  const value = Number(digits);
  const [low, high] = LIMITS[sign];
  return digits !== "" && Number.isFinite(value) && value >= low && value <= high ? { [sign]: value } : null;
}
