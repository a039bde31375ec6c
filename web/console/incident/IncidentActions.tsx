import { useState } from "preact/hooks";
import type { Incident } from "@shared/rows.ts";
import type { Outcome } from "@shared/words.ts";
import { OUTCOMES } from "../logic/journey.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { focused } from "../ui/focused.ts";

type Open = "hold" | "close" | "reopen" | "note" | null;

/** What can be done with the incident as a whole. */
export function Actions({ incident }: { readonly incident: Incident }) {
  const desk = useDesk();
  const { actions } = desk;
  const [open, setOpen] = useState<Open>(null);
  const { phase } = incident;
  const toggle = (which: Open) => () => setOpen(open === which ? null : which);
  return (
    <footer class="incident-actions">
      {open !== null && <ActionForm key={open} open={open} incident={incident} onDone={() => setOpen(null)} />}
      <div class="incident-keys">
        <button type="button" aria-expanded={open === "note"} onClick={toggle("note")}>{t("console.action.note")}</button>
        {(phase === "waiting" || phase === "held") && <button type="button" aria-expanded={open === "hold"} onClick={toggle("hold")}>{t("console.action.hold")}</button>}
        {phase === "held" && <button type="button" onClick={() => void actions.resume(incident)}>{t("console.action.resume")}</button>}
        {phase !== "closed" && <button type="button" aria-expanded={open === "close"} onClick={toggle("close")}>{t("console.action.close")}</button>}
        {phase === "closed" && desk.may("reopen-incident") && <button type="button" aria-expanded={open === "reopen"} onClick={toggle("reopen")}>{t("console.action.reopen")}</button>}
      </div>
    </footer>
  );
}

function ActionForm({ open, incident, onDone }: { readonly open: Exclude<Open, null>; readonly incident: Incident; readonly onDone: () => void }) {
  const { actions } = useDesk();
  const [words, setWords] = useState("");
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const label = t(open === "note" ? "console.log.note" : "console.action.reason");
  const act = (): void => {
    if (open === "note") void actions.note(incident, words);
    else if (open === "hold") void actions.hold(incident, words);
    else if (open === "reopen") void actions.reopen(incident, words);
    else void actions.closeIncident(incident, outcome, words === "" ? undefined : words);
  };
  return (
    <form class="inline-form action-form" onSubmit={(event) => {
      event.preventDefault();
      onDone();
      act();
    }}>
      {open === "close" && (
        <select aria-label={t("console.action.outcome")} value={outcome ?? ""} onChange={(e) => setOutcome(OUTCOMES.find((each) => each === e.currentTarget.value) ?? null)}>
          <option value="">{t("console.action.outcome")}…</option>
          {OUTCOMES.map((each) => <option key={each} value={each}>{t(`outcome.${each}`)}</option>)}
        </select>
      )}
      <input ref={focused} required={open !== "close" || outcome === null} aria-label={label} placeholder={label} value={words} onInput={(e) => setWords(e.currentTarget.value)} />
      <button type="submit" class="key small">{t("ui.confirm")}</button>
      <button type="button" class="small" onClick={onDone}>{t("ui.cancel")}</button>
    </form>
  );
}
