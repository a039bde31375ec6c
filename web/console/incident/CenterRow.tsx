import { useState } from "preact/hooks";
import type { CenterOption } from "@shared/answers.ts";
import type { Patient } from "@shared/rows.ts";
import type { OverRow } from "../logic/over_region.ts";
import { useDesk } from "../store/desk.ts";
import { both, t } from "../texts.ts";
import { overWord, roadMinutes, roadRange } from "../words.ts";
import { CenterSays } from "./CenterSays.tsx";
import { focused } from "../ui/focused.ts";

/** Conditions that may alarm a centre before anybody has seen the patient. */
const EARLY = new Set(["cardiac_arrest", "imminent_delivery"]);

/** One centre of the preview: time to treatment, why, and what it said about itself. */
export function CenterRow({ option, patient, over }: { readonly option: CenterOption; readonly patient: Patient; readonly over: OverRow | undefined }) {
  const desk = useDesk();
  const { actions, selection, link } = desk;
  const [choosing, setChoosing] = useState(false);
  const early = patient.activation_id === null && patient.conditions.some(({ code }) => EARLY.has(code));
  const chosen = patient.center_id === option.center_id;
  const said = option.reasons.filter(({ code }) => code !== "destination.tie"); // the badge says it
  const center = link.tables.centers.value.get(option.center_id);
  return (
    <li class={`option center-option ${option.rank === 1 ? "option-first" : ""}`}>
      <span class="option-rank">{option.rank}</span>
      <button type="button" class="bare option-name" tabIndex={-1} onClick={() => center !== undefined && (selection.flyTo.value = { lon: center.lon, lat: center.lat })}>
        <strong>{option.name}</strong> {option.grade !== "unknown" && <span class="faint center-grade">{option.grade}</span>}
        {option.tie && <span class="tie">{t("console.advice.tie")}</span>}
      </button>
      <span class="option-time">
        <strong>{option.time_to_treatment_s === null ? "—" : roadMinutes(option.time_to_treatment_s)}</strong>
        {option.slow_s !== null && <span class="faint">≤ {roadMinutes(option.slow_s)}</span>}
        <span class="faint">{t("console.advice.treatment", { treatment: t.code("treatment", option.treatment) })}</span>
      </span>
      <span class="center-keys">
        {early && desk.may("pre-alert") && <button type="button" class="small" onClick={() => void actions.preAlert(patient, { id: option.center_id, name: option.name })}>{t("console.center.prealert")}</button>}
        <button type="button" data-roving={option.center_id} class="small" disabled={chosen || !desk.may("choose-destination")} aria-expanded={choosing} aria-label={`${t("console.center.choose")} ${option.name}`} onClick={() => setChoosing(!choosing)}>
          {chosen ? "✓" : t("console.center.choose")}
        </button>
      </span>
      <span class="option-why">
        {[`${t("console.advice.drive")} ${overWord(over) || roadRange(option)}`, ...said.map(both)].join(" · ")}
        {option.warnings.map((warning) => <span key={warning.code} class="warning"> ⚠ {both(warning)}</span>)}
      </span>
      {center !== undefined && <CenterSays center={center} />}
      {choosing && <ChoiceForm option={option} patient={patient} onDone={() => setChoosing(false)} />}
    </li>
  );
}

const CHOOSERS = ["crew_doctor", "patient_or_family", "dispatcher"] as const;

function ChoiceForm({ option, patient, onDone }: { readonly option: CenterOption; readonly patient: Patient; readonly onDone: () => void }) {
  const { actions } = useDesk();
  const [chosen_by, setChosenBy] = useState<string>("crew_doctor");
  const [reason, setReason] = useState("");
  const [risk_told, setTold] = useState(false);
  return (
    <form class="inline-form option-form" onSubmit={(event) => {
      event.preventDefault();
      onDone();
      void actions.chooseCenter(patient, { id: option.center_id, name: option.name }, { chosen_by, reason, risk_told });
    }}>
      <select ref={focused} aria-label={t("console.center.doctor_said")} value={chosen_by} onChange={(e) => setChosenBy(e.currentTarget.value)}>
        {CHOOSERS.map((each) => <option key={each} value={each}>{t(`console.center.chosen_by.${each}`)}</option>)}
      </select>
      <input aria-label={t("console.action.reason")} placeholder={t("console.action.reason")} required={option.rank !== 1} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
      <label class="choice"><input type="checkbox" checked={risk_told} onChange={(e) => setTold(e.currentTarget.checked)} /> {t("console.center.risk_told")}</label>
      <button type="submit" class="key small">{t("ui.confirm")}</button>
    </form>
  );
}
