/** The handover afterwards: every version, who signed, what is disputed; and the minutes that are asked for once. */
import { useState } from "preact/hooks";
import { hhmm, momentBefore } from "../format.ts";
import type { RegisterRow } from "../answers.ts";
import type { Patient } from "../rows.ts";
import type { Handoff } from "./rows.ts";
import { both } from "../texts.ts";
import { DISPUTED, versions, type Ask } from "./model.ts";
import { t } from "./texts.ts";

export function HandoffLines({ handoff }: { readonly handoff: Handoff }) {
  const { told, differ } = versions(handoff);
  return (
    <div class={`handoff-lines ${differ ? "differ" : ""}`}>
      {differ && <strong>{t("handoff.differ")}</strong>}
      <ul>
        {told.map((each) => <li key={`${each.side}/${each.at}`}>{t("handoff.told", { side: t(`talk.side.${each.side}`), place: t.code("place", each.where), at: hhmm(each.at) })}{each.taken_by === null ? "" : ` · ${each.taken_by}`}</li>)}
        {handoff.signatures.map((each) => <li key={`${each.side}/${each.at}`}>{t("handoff.signed_by", { side: t(`talk.side.${each.side}`), name: each.name, at: hhmm(each.at) })}</li>)}
        {handoff.disputes.map((each) => <li key={`${each.side}/${each.at}/${each.about}`}>{t("handoff.disputed", { side: t(`talk.side.${each.side}`), about: t.code("handoff.about", each.about), words: each.words })}</li>)}
      </ul>
      <p class="age">{handoff.bypassed_ed && `${t("handoff.bypassed")} · `}{handoff.signatures.length === 0 && t("handoff.unsigned")}</p>
    </div>
  );
}

interface Props {
  readonly patient: Pick<Patient, "id">;
  readonly ask: Ask;
  readonly button: string;
}

/** Sign for one's own side, or say what was otherwise; both whenever there is time. */
export function AfterHandoff({ patient, ask, button }: Props) {
  const [name, setName] = useState("");
  const [about, setAbout] = useState("");
  const [words, setWords] = useState("");
  return (
    <>
      <form class="direct-form" aria-label={t("handoff.sign")} onSubmit={(event) => {
        event.preventDefault();
        void ask("sign-handoff", { patient_id: patient.id, name: name.trim() });
        setName("");
      }}>
        <input required aria-label={t("handoff.signer")} placeholder={t("handoff.signer")} maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        <button type="submit" class={button} disabled={name.trim() === ""}>{t("handoff.sign")}</button>
      </form>
      <form class="direct-form" aria-label={t("handoff.dispute")} onSubmit={(event) => {
        event.preventDefault();
        void ask("dispute-handoff", { patient_id: patient.id, about, words: words.trim() });
        setAbout("");
        setWords("");
      }}>
        <select aria-label={t("handoff.dispute")} value={about} onChange={(event) => setAbout(event.currentTarget.value)}>
          <option value="">{t("handoff.dispute")}…</option>
          {DISPUTED.map((each) => <option key={each} value={each}>{t(`handoff.about.${each}`)}</option>)}
        </select>
        {about !== "" && <input required aria-label={t("handoff.dispute.words")} placeholder={t("handoff.dispute.words")} maxLength={300} value={words} onInput={(event) => setWords(event.currentTarget.value)} />}
        {about !== "" && <button type="submit" class={button} disabled={words.trim() === ""}>{t("handoff.dispute.send")}</button>}
      </form>
    </>
  );
}

/** The minutes that only this side can know, each asked once: a time, or "not known". */
export function AskedMinutes({ patient, rows, side, nowMs, ask, button }: Props & { readonly rows: readonly RegisterRow[]; readonly side: "crew" | "department"; readonly nowMs: number }) {
  const [gone, setGone] = useState<readonly string[]>([]);
  const wanted = rows.filter((row) => row.ask === side && !gone.includes(row.point));
  if (wanted.length === 0) return null;
  const answered = (point: string): void => setGone([...gone, point]);
  return (
    <section class="asked" aria-label={t("minutes.asked")}>
      <h3>{t("minutes.asked")}</h3>
      <ul>
        {wanted.map((row) => (
          <li key={row.point}>
            <AskedMinute label={both(row.label)} nowMs={nowMs} button={button} onKnown={(happened_at) => {
              void ask("register-time-point", { patient_id: patient.id, point: row.point, happened_at });
              answered(row.point);
            }} onUnknown={() => {
              void ask("leave-time-point-open", { patient_id: patient.id, point: row.point });
              answered(row.point);
            }} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function AskedMinute({ label, nowMs, button, onKnown, onUnknown }: { readonly label: string; readonly nowMs: number; readonly button: string; readonly onKnown: (at: string) => void; readonly onUnknown: () => void }) {
  const [typed, setTyped] = useState("");
  const at = /^\d{3,4}$/.test(typed.replace(":", "")) ? momentBefore(typed.replace(":", ""), nowMs) : null;
  return (
    <form class="direct-form" aria-label={label} onSubmit={(event) => {
      event.preventDefault();
      if (at !== null) onKnown(at);
    }}>
      <span class="asked-label">{label}</span>
      <input inputMode="numeric" aria-label={label} placeholder={t("minutes.shape")} maxLength={5} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} />
      <button type="submit" class={button} disabled={at === null}>{t("ui.confirm")}</button>
      <button type="button" class={button} onClick={onUnknown}>{t("minutes.unknown")}</button>
    </form>
  );
}
