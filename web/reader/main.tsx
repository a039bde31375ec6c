/** A physician's own page on a telephone: the ECG, one tap for the reading, the talk and the orders. No name, no place. */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { deviceKey } from "@shared/device_key.ts";
import { LineForm, Lines, OrderForm, orderName, Orders, Readings } from "@shared/direct/Talk.tsx";
import { t as direct } from "@shared/direct/texts.ts";
import { Calibration } from "@shared/ecg/Calibration.tsx";
import type { EcgRecord } from "@shared/ecg/draw.ts";
import { TwelveLeadPicture } from "@shared/ecg/TwelveLeadPicture.tsx";
import { hhmm } from "@shared/format.ts";
import { Refused } from "@shared/page_server.ts";
import type { Ecg } from "@shared/rows.ts";
import { lang } from "@shared/texts.ts";
import { ReaderServer, type ReaderPage } from "./server.ts";
import { t } from "./texts.ts";
import "@shared/visible_texts.ts";
import "@shared/tokens.css";
import "./reader.css";

const READINGS = ["stemi", "stemi_equivalent", "dynamic_st", "new_lbbb", "arrhythmia", "other_abnormal", "normal", "unreadable"] as const;
const SIGNS = ["hr", "rr", "spo2", "glucose_mmol_l", "gcs"] as const;
const server = new ReaderServer(location.hash.slice(1), deviceKey());

type Trouble = "over" | "elsewhere" | "away" | "refused" | null;

function troubleOf(failure: unknown): Trouble {
  if (!(failure instanceof Refused)) throw failure;
  if (failure.code === "link.opened_elsewhere") return "elsewhere";
  if (failure.isOver) return "over";
  return failure.code === "away" ? "away" : "refused";
}

function Page() {
  const [state, setState] = useState<ReaderPage | null>(null);
  const [trouble, setTrouble] = useState<Trouble>(null);
  const ask = async (asked: Promise<ReaderPage>): Promise<boolean> => {
    try {
      const found = await asked;
      setState(found);
      setTrouble(null);
      return true;
    } catch (failure) {
      setTrouble(troubleOf(failure));
      return false;
    }
  };
  const opened = state !== null;
  const everyMs = (state?.poll_s ?? 3) * 1000;
  const over = trouble === "over" || trouble === "elsewhere";
  useEffect(() => {
    if (over) return;
    if (!opened) void ask(server.open().then((page) => { lang.value = page.language; return page; }));
    const again = setInterval(() => { if (!document.hidden) void ask(opened ? server.look() : server.open()); }, everyMs);
    return () => clearInterval(again);
  }, [opened, over, everyMs]);
  return (
    <main>
      <header>
        <h1>{t("reader.title")}</h1>
        <button type="button" class="small" onClick={() => { lang.value = lang.value === "zh" ? "en" : "zh"; }}>{lang.value === "zh" ? "English" : "中文"}</button>
      </header>
      <Calibration />
      {trouble !== null && <p class="trouble" role="alert">{t(`reader.${trouble}`)}</p>}
      {state === null ? trouble === null && <p>{t("reader.opening")}</p> : !over && <Opened state={state} ask={ask} onLeft={() => setTrouble("over")} />}
    </main>
  );
}

type AskPage = (asked: Promise<ReaderPage>) => Promise<boolean>;

function Opened({ state, ask, onLeft }: { state: ReaderPage; ask: AskPage; onLeft: () => void }) {
  const nowMs = Date.parse(state.now);
  const leave = (): void => {
    server.leave().then(onLeft, (failure: unknown) => { if (troubleOf(failure) === "over") onLeft(); });
  };
  return (
    <>
      <p class="age">{t("reader.for", { who: state.physician, until: hhmm(state.expires_at) })}</p>
      {state.over && <p class="trouble">{t("reader.handed_over")}</p>}
      <Person state={state} />
      <Ecgs ecgs={state.ecgs} account={state.account} ask={ask} />
      <section aria-label={direct("order.title")}>
        <h2>{direct("order.title")}</h2>
        <Orders orders={state.orders} nowMs={nowMs} button="small" />
        {!state.over && <OrderForm button="go" onGive={(code, dose, note) => void ask(server.order(code, dose, note))} />}
      </section>
      <section aria-label={direct("talk.title")}>
        <h2>{direct("talk.title")}</h2>
        <Lines lines={state.lines} />
        <LineForm button="go" onSend={(text) => void ask(server.write(text))} />
      </section>
      <button type="button" class="small" onClick={leave}>{direct("advice.leave")}</button>
    </>
  );
}

function Person({ state }: { state: ReaderPage }) {
  const { patient, vitals } = state;
  const { age } = patient;
  const unit = age?.unit === "months" || age?.unit === "days" ? age.unit : "years";
  const who = [patient.code, patient.sex === "male" || patient.sex === "female" ? t(`sex.${patient.sex}`) : "", age?.value === undefined ? t("age.unknown") : t(`reader.age.${unit}`, { n: age.value })];
  return (
    <section aria-label={patient.code}>
      <p class="who">{who.filter((part) => part !== "").join(" · ")}</p>
      <p>{state.conditions.filter((each) => each.code !== "other").map((each) => `${t(`certainty.${each.status}`)} ${t.code("condition", each.code)}`).join(" · ")}</p>
      {state.center !== null && <p class="age">{t("reader.to", { center: state.center })}</p>}
      {vitals !== null && (
        <p class="signs">
          {vitals.values["sbp"] !== undefined && <span>{t("vital.bp")} <strong>{vitals.values["sbp"]}{vitals.values["dbp"] !== undefined && `/${vitals.values["dbp"]}`}</strong></span>}
          {SIGNS.filter((sign) => vitals.values[sign] !== undefined).map((sign) => <span key={sign}>{t.code("vital", sign)} <strong>{vitals.values[sign]}</strong></span>)}
          <small>{t(vitals.by_hand ? "reader.vitals.by_hand" : "reader.vitals.at", { at: hhmm(vitals.at) })}</small>
        </p>
      )}
      {state.treatments.length > 0 && <p>{t("reader.treatments")} {state.treatments.map((each) => `${orderName(each.code)} ${each.dose ?? ""} ${hhmm(each.at)}`).join(" · ")}</p>}
    </section>
  );
}

function Ecgs({ ecgs, account, ask }: { ecgs: readonly Ecg[]; account: string; ask: AskPage }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const current = ecgs.find((each) => each.id === chosen) ?? ecgs.at(-1);
  if (current === undefined) return <section><p class="none">{t("reader.no_ecg")}</p></section>;
  return (
    <section aria-label="ECG">
      {ecgs.length > 1 && <nav>{ecgs.map((each) => <button key={each.id} type="button" class="small" aria-pressed={each.id === current.id} onClick={() => setChosen(each.id)}>{hhmm(each.at)}</button>)}</nav>}
      <Picture key={current.id} id={current.id} />
      <Readings ecg={current} />
      <ReadKeys key={`keys-${current.id}`} ecg={current} account={account} ask={ask} />
    </section>
  );
}

/** One tap reads; what calls a whole team or sends it home asks for the same tap once more. */
function ReadKeys({ ecg, account, ask }: { ecg: Ecg; account: string; ask: AskPage }) {
  const [asked, setAsked] = useState<string | null>(null);
  const [changing, setChanging] = useState(false);
  const mine = ecg.readings.findLast((each) => each.by === account);
  if (mine !== undefined && !changing) {
    return <p class="mine"><strong>{t("reader.read", { reading: t.code("ecg", mine.reading), at: hhmm(mine.at) })}</strong> <button type="button" class="small" onClick={() => setChanging(true)}>{t("reader.change")}</button></p>;
  }
  const tap = (reading: string): void => {
    if (mine !== undefined && asked !== reading) return setAsked(reading);
    setAsked(null);
    void ask(server.read(ecg.id, reading)).then((done) => setChanging(!done));
  };
  return (
    <>
      <p class="age">{t("reader.tap")}</p>
      <div class="reading-keys">
        {READINGS.map((reading) => <button key={reading} type="button" class={reading === "stemi" ? "go" : "small"} aria-pressed={asked === reading} onClick={() => tap(reading)}>{asked === reading ? t("reader.again") : t.code("ecg", reading)}</button>)}
      </div>
    </>
  );
}

function Picture({ id }: { id: string }) {
  const [record, setRecord] = useState<EcgRecord | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let current = true;
    server.ecg(id).then((found) => { if (current) setRecord(found); }, (failure: unknown) => {
      if (!(failure instanceof Refused)) throw failure;
      if (current) setTimeout(() => setTries(tries + 1), 3_000);
    });
    return () => { current = false; };
  }, [id, tries]);
  return record === null ? null : <TwelveLeadPicture record={record} label={id} button="small" />;
}

const page = document.getElementById("page");
if (page === null) throw new Error("index.html has lost its #page");
render(<Page />, page);
