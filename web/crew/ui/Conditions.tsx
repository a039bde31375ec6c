/** What the protocols suspect from the findings so far, what they forbid and advise, and a physician's confirmation. */
import { useState } from "preact/hooks";
import type { FiredCondition, Patient } from "@shared/rows.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Key, Sheet } from "./keys.tsx";

export function conditionWords(condition: FiredCondition): string {
  return `${t(`certainty.${condition.status}`)} ${t.code("condition", condition.code)}`;
}

export function Conditions({ crew, patient }: { crew: Crew; patient: Patient }) {
  const [asking, setAsking] = useState<FiredCondition | null>(null);
  const conditions = patient.conditions.filter((one) => one.code !== "other");
  const close = (): void => setAsking(null);
  return (
    <div class="conditions" aria-live="polite">
      {conditions.length === 0 && <p class="none">{patient.conditions.length > 0 ? t.code("condition", "other") : t("crew.not_assessed")}</p>}
      {conditions.map((one) => (
        <button key={one.code} type="button" class={`condition ${one.status}`} disabled={one.status === "confirmed"} onClick={() => setAsking(one)}>
          <small>{t(`certainty.${one.status}`)}</small> {t.code("condition", one.code)}
        </button>
      ))}
      {patient.blocked.length > 0 && <p class="blocked"><strong>{t("crew.blocked")}</strong> {patient.blocked.map((code) => t.code("crew.forbids", code)).join(t("crew.comma"))}</p>}
      {patient.advice.length > 0 && <p class="advice">{patient.advice.map((code) => t.code("crew.advice", code)).join(t("crew.comma"))}</p>}
      {asking !== null && (
        <Sheet title={conditionWords(asking)} onClose={close}>
          <ul class="evidence">{asking.evidence.map((reason) => <li key={reason.code}>{t.code("evidence", reason.code, reason.params)}</li>)}</ul>
          <p class="say">{t("crew.confirm_condition.who")}</p>
          <div class="key-grid two">
            <Key label={t("crew.confirm_condition", { condition: t.code("condition", asking.code) })} kind="main" onTap={() => {
              void crew.do("confirm-condition", { patient_id: patient.id, condition: asking.code });
              close();
            }} />
            <Key label={t("crew.leave_suspected")} onTap={close} />
          </div>
        </Sheet>
      )}
    </div>
  );
}
