/** One person's page on their own phone: what they are asked, and one tap to answer. Its link is its only right. */
import { render } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { hhmm } from "@shared/format.ts";
import { LangKey } from "@shared/sign_in.tsx";
import { DECLINES } from "@shared/team.ts";
import { Refused } from "@shared/page_server.ts";
import { answer, ask, subscribe, type Asked, type PageState } from "./server.ts";
import { t } from "./texts.ts";
import "@shared/visible_texts.ts";
import "@shared/tokens.css";
import "./team.css";

const MINUTES = [5, 10, 15, 20, 30, 45] as const;

function Page() {
  const [state, setState] = useState<PageState | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const take = useCallback(async (asked: Promise<PageState | null>): Promise<void> => {
    try {
      const fresh = await asked;
      if (fresh !== null) setState(fresh);
      setProblem(fresh === null ? "team.push.no" : null);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setProblem(error.code === "away" ? "team.away" : error.code);
    }
  }, []);
  const every = (state?.poll_s ?? 5) * 1000;
  useEffect(() => {
    void take(ask(""));
    const timer = setInterval(() => void take(ask("")), every);
    return () => clearInterval(timer);
  }, [every, take]);
  return (
    <main>
      <header><h1>{state === null ? t("team.title") : `${state.center} · ${state.name}`}</h1><LangKey /></header>
      {problem !== null && <p class="problem" role="alert">{t.code("team", problem)}</p>}
      {state !== null && (
        <>
          {state.summonses.length === 0 && <p class="calm">{t("team.calm")}</p>}
          {state.summonses.map((each) => <Summons key={each.id} asked={each} now={Date.parse(state.now)} take={take} />)}
          {state.push_key !== null && state.push_since === null && <button type="button" class="wide" onClick={() => void take(subscribe(state.push_key ?? ""))}>{t("team.push")}</button>}
          <section class="duties">
            <h2>{t("team.duties")}</h2>
            {state.duties.length === 0 && <p>{t("team.no_duties")}</p>}
            <ul>{state.duties.map((duty) => <li key={duty.id}>{t.code("team_role", duty.role)} {day(duty.begins)} {hhmm(duty.begins)} – {day(duty.ends)} {hhmm(duty.ends)}</li>)}</ul>
          </section>
        </>
      )}
    </main>
  );
}

function day(at: string): string {
  return new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", month: "2-digit", day: "2-digit" }).format(new Date(at));
}

function Summons({ asked, now, take }: { asked: Asked; now: number; take: (asked: Promise<PageState | null>) => Promise<void> }) {
  const [declining, setDeclining] = useState(false);
  const [first] = asked.conditions;
  const what = first === undefined ? t("team.patient") : `${t(`certainty.${first[1]}`)} ${t.code("condition", first[0])}`;
  const left = asked.eta_s === null ? null : Math.round((Date.parse(asked.sent_at) + asked.eta_s * 1000 - now) / 60_000);
  const answered = asked.phase === "coming" || asked.phase === "in_place";
  return (
    <article class={`summons ${asked.over ? "over" : asked.phase}`}>
      <p class="what">{what} <small>{asked.patient}</small></p>
      <p class="when">{asked.arrived_at !== null ? t("team.arrived") : left === null ? t("summons.eta.unknown") : t("summons.eta", { minutes: Math.max(0, left) })}{asked.bypass[0] !== undefined && ` · ${t.code("place", asked.bypass[0])}`}</p>
      <p>{t.code("team_role", asked.role)} · <strong>{t(asked.over ? "team.over" : `summons.${asked.phase}`)}</strong></p>
      {!asked.over && (
        <>
          {asked.phase !== "in_place" && <button type="button" class="wide main" onClick={() => void take(answer(asked.id, "in_place"))}>{t("team.in_place")}</button>}
          {!answered && <p class="label">{t("team.coming")}</p>}
          {asked.phase !== "in_place" && <p class="keys">{MINUTES.map((min) => <button key={min} type="button" aria-pressed={asked.phase === "coming" && asked.minutes === min} onClick={() => void take(answer(asked.id, "coming", { minutes: min }))}>{t("team.in", { min })}</button>)}</p>}
          {asked.phase !== "declined" && <button type="button" class="wide" aria-expanded={declining} onClick={() => setDeclining(!declining)}>{t("team.decline")}</button>}
          {declining && <p class="keys">{DECLINES.map((why) => <button key={why} type="button" onClick={() => { setDeclining(false); void take(answer(asked.id, "declined", { reason: why })); }}>{t(`summons.why.${why}`)}</button>)}</p>}
        </>
      )}
    </article>
  );
}

const page = document.getElementById("page");
if (page === null) throw new Error("index.html has lost its #page");
render(<Page />, page);
