/** What crew, hospital and physicians say to each other, and what a physician orders: the same on every page. */
import { useState } from "preact/hooks";
import { hhmm, mmss } from "../format.ts";
import type { Ecg, Patient } from "../rows.ts";
import { DECLINES, differing, isOwnOrder, ORDERS, type OrderAnswer } from "./model.ts";
import type { Order, Reading, TeamLine } from "./rows.ts";
import { t } from "./texts.ts";

export function Lines({ lines }: { readonly lines: readonly TeamLine[] }) {
  if (lines.length === 0) return <p class="age">{t("talk.none")}</p>;
  return (
    <ol class="talk-lines" aria-live="polite">
      {lines.map((line) => (
        <li key={`${line.at}/${line.by}`} class={line.side}>
          {line.text} <small>{t(`talk.side.${line.side}`)} {line.who ?? ""} {hhmm(line.at)}</small>
        </li>
      ))}
    </ol>
  );
}

export function LineForm({ button, onSend }: { readonly button: string; readonly onSend: (text: string) => void }) {
  const [text, setText] = useState("");
  return (
    <form class="direct-form line-form" onSubmit={(event) => {
      event.preventDefault();
      if (text.trim() === "") return;
      onSend(text.trim());
      setText("");
    }}>
      <input aria-label={t("talk.write")} placeholder={t("talk.write")} maxLength={500} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      <button type="submit" class={button} disabled={text.trim() === ""}>{t("talk.send")}</button>
    </form>
  );
}

/** The code's name: a drug or procedure of the catalogue, or an order of its own. */
export const orderName = (code: string): string => (isOwnOrder(code) ? t(`order.code.${code}`) : t.code("given", code));

interface OrdersProps {
  readonly orders: readonly Order[];
  readonly nowMs: number;
  readonly button: string;
  /** The crew answers. */
  readonly onAnswer?: ((order: Order, answer: OrderAnswer) => void) | undefined;
  /** Whoever orders may take it back. */
  readonly onWithdraw?: ((order: Order) => void) | undefined;
}

export function Orders({ orders, nowMs, button, onAnswer, onWithdraw }: OrdersProps) {
  return (
    <ol class="orders">
      {orders.toReversed().map((order) => (
        <li key={order.id} class={order.phase}>
          <p>
            <strong>{orderName(order.code)} {order.dose ?? ""}</strong> {order.note ?? ""}{" "}
            <span class="order-phase">{t(`order.phase.${order.phase}`)}{order.answered_at !== null && ` ${hhmm(order.answered_at)}`}{order.phase === "given" && ` ${mmss(Math.max(0, nowMs - Date.parse(order.at)))}`}</span>
            <small>{order.why === null ? "" : ` ${t.code("order.why", order.why)}`} {order.words ?? ""} · {t(`talk.side.${order.side}`)} {order.who ?? ""} {hhmm(order.at)}</small>
          </p>
          {onAnswer !== undefined && <AnswerKeys order={order} button={button} onAnswer={onAnswer} />}
          {onWithdraw !== undefined && isOpen(order) && <button type="button" class={button} onClick={() => onWithdraw(order)}>{t("order.withdraw")}</button>}
        </li>
      ))}
    </ol>
  );
}

const isOpen = (order: Order): boolean => order.phase === "given" || order.phase === "acknowledged";

function AnswerKeys({ order, button, onAnswer }: { readonly order: Order; readonly button: string; readonly onAnswer: NonNullable<OrdersProps["onAnswer"]> }) {
  const [declining, setDeclining] = useState(false);
  const [words, setWords] = useState("");
  if (!isOpen(order)) return null;
  if (!declining) {
    return (
      <div class="choices">
        {order.phase === "given" && <button type="button" class={button} onClick={() => onAnswer(order, { answer: "acknowledged" })}>{t("order.acknowledge")}</button>}
        <button type="button" class={`${button} main`} onClick={() => onAnswer(order, { answer: "done" })}>{t("order.do")}</button>
        <button type="button" class={button} onClick={() => setDeclining(true)}>{t("order.decline")}…</button>
      </div>
    );
  }
  return (
    <div class="choices">
      {DECLINES.map((why) => <button key={why} type="button" class={button} disabled={why === "other" && words.trim() === ""} onClick={() => onAnswer(order, { answer: "declined", why, words: words.trim() || null })}>{t(`order.why.${why}`)}</button>)}
      <input aria-label={t("order.words")} placeholder={t("order.words")} maxLength={200} value={words} onInput={(event) => setWords(event.currentTarget.value)} />
    </div>
  );
}

interface OrderFormProps {
  readonly button: string;
  /** Whoever enters it for a physician says for which. */
  readonly asksWho?: boolean;
  readonly onGive: (code: string, dose: string | null, note: string | null, physician: string) => void;
}

/** The orders most asked for by one tap each; every other one with its dose and words. */
export function OrderForm({ button, asksWho = false, onGive }: OrderFormProps) {
  const [physician, setPhysician] = useState("");
  const [code, setCode] = useState<string>(ORDERS[0].code);
  const [dose, setDose] = useState<string>(ORDERS[0].dose ?? "");
  const [note, setNote] = useState("");
  return (
    <form class="direct-form" aria-label={t("order.give")} onSubmit={(event) => {
      event.preventDefault();
      onGive(code, dose.trim() || null, note.trim() || null, physician.trim());
      setNote("");
    }}>
      <select aria-label={t("order.title")} value={code} onChange={(event) => {
        const picked = event.currentTarget.value;
        setCode(picked);
        setDose(ORDERS.find((each) => each.code === picked)?.dose ?? "");
      }}>
        {ORDERS.map((each) => <option key={each.code} value={each.code}>{orderName(each.code)}</option>)}
      </select>
      <input aria-label={t("order.dose")} placeholder={t("order.dose")} maxLength={80} value={dose} onInput={(event) => setDose(event.currentTarget.value)} />
      <input aria-label={t("order.note")} placeholder={t("order.note")} maxLength={200} required={code === "other"} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      {asksWho && <input aria-label={t("order.physician")} placeholder={t("order.physician")} maxLength={40} required pattern=".*\S.*" value={physician} onInput={(event) => setPhysician(event.currentTarget.value)} />}
      <button type="submit" class={button}>{t("order.give")}</button>
    </form>
  );
}

const sayReading = (one: Reading): string => t("reading.by", { who: one.reader ?? t(`talk.side.${one.side}`), at: hhmm(one.at), reading: t.code("ecg", one.reading) });

/** Every physician's last word on one ECG; that they differ is said, never resolved by us. */
export function Readings({ ecg }: { readonly ecg: Ecg }) {
  const { words, differ } = differing(ecg.readings);
  if (words.length === 0) return null;
  return <p class={`readings-said ${differ ? "differ" : ""}`}>{differ && <strong>{t("reading.differ")} · </strong>}{words.map(sayReading).join(" · ")}</p>;
}

export function Consulting({ patient }: { readonly patient: Pick<Patient, "specialists" | "advice_wanted"> }) {
  const who = patient.specialists.map((each) => each.name ?? each.id);
  if (who.length > 0) return <p class="consulting">{t("advice.joined", { who: who.join(" · ") })}</p>;
  return patient.advice_wanted === null ? null : <p class="consulting wanted">{t("advice.wanted")} {hhmm(patient.advice_wanted.at)} {patient.advice_wanted.question ?? ""}</p>;
}
