import { age } from "@shared/format.ts";
import { readingOf, type Sign } from "@shared/readings.ts";
import type { Patient } from "@shared/rows.ts";
import { SEVERITY } from "@shared/severity.ts";
import { useDesk } from "../store/desk.ts";
import { lang, t } from "../texts.ts";

const SIGNS: readonly Sign[] = ["bp", "hr", "spo2", "rr", "gcs", "etco2", "glucose_mmol_l", "temp_c", "pain"];

/** The patient's signs: live from the bound monitor, else by hand; each with its age, coloured only where it is wrong. */
export function MonitorStrip({ patient }: { readonly patient: Patient }) {
  const { monitors, now, link } = useDesk();
  const shown = SIGNS.flatMap((sign) => {
    const reading = readingOf(sign, patient, monitors.of(patient.id), now.value, link.speed.value);
    return reading === null ? [] : [{ sign, reading }];
  });
  if (shown.length === 0) return null;
  return (
    <ul class="monitor" aria-label={t("record.monitor")}>
      {shown.map(({ sign, reading }) => {
        const silent = reading.stale && !reading.byHand;
        const severity = SEVERITY[silent ? "none" : reading.level];
        return (
          <li key={sign} class={`sign ${severity.className} ${reading.stale ? "stale" : ""}`}>
            <span class="sign-label">{t(`vital.${sign}`)} {severity.mark}</span>
            <strong>{silent ? "—" : reading.text}</strong>
            <span class="sign-age">{silent ? `${t("record.monitor.silent")} ` : ""}{reading.ageMs === null ? t("vital.earlier") : age(reading.ageMs, lang.value)}{reading.byHand ? ` · ${t("record.monitor.by_hand")}` : ""}</span>
          </li>
        );
      })}
    </ul>
  );
}
