import { useState } from "preact/hooks";
import type { Outcome } from "@shared/words.ts";
import { OUTCOMES } from "../logic/journey.ts";
import type { Ending } from "../store/actions.ts";
import { t } from "../texts.ts";

/** One coded outcome; a refusal also says that the risk was told, and who signed or saw it. */
export function EndingForm({ onEnd, onDone }: { readonly onEnd: (ending: Ending) => void; readonly onDone: () => void }) {
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [reason, setReason] = useState("");
  const [told, setTold] = useState(false);
  const [signed, setSigned] = useState(false);
  const [witness, setWitness] = useState("");
  return (
    <form class="ending" onSubmit={(event) => {
      event.preventDefault();
      if (outcome === null) return;
      onDone();
      onEnd({ outcome, reason, risk_told: told, signed, witness });
    }}>
      <fieldset>
        <legend>{t("console.action.outcome")}</legend>
        {OUTCOMES.map((each) => (
          <label key={each} class="choice">
            <input type="radio" name="outcome" required checked={outcome === each} onChange={() => setOutcome(each)} /> {t(`outcome.${each}`)}
          </label>
        ))}
      </fieldset>
      {outcome === "refused" && (
        <div class="ending-refused">
          <label class="choice"><input type="checkbox" checked={told} onChange={(e) => setTold(e.currentTarget.checked)} /> {t("console.action.risk_told")}</label>
          <label class="choice"><input type="checkbox" checked={signed} onChange={(e) => setSigned(e.currentTarget.checked)} /> {t("console.action.signed")}</label>
          {!signed && <input aria-label={t("console.action.witness")} placeholder={t("console.action.witness")} value={witness} onInput={(e) => setWitness(e.currentTarget.value)} />}
        </div>
      )}
      <div class="inline-form">
        <input aria-label={t("console.action.reason")} placeholder={t("console.action.reason")} value={reason} onInput={(e) => setReason(e.currentTarget.value)} />
        <button type="submit" class="key small" disabled={outcome === null}>{t("ui.confirm")}</button>
        <button type="button" class="small" onClick={onDone}>{t("ui.cancel")}</button>
      </div>
    </form>
  );
}
