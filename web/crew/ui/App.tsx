/** The tablet: tabs on the left edge, steps on the right edge, one screen in the middle. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Sounder } from "@shared/sound.ts";
import { both } from "@shared/texts.ts";
import { onRun } from "../model/journey.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { AskOnce } from "./AskOnce.tsx";
import { Assess } from "./Assess.tsx";
import { OrderBar } from "./Consult.tsx";
import { EcgPage } from "./Ecg.tsx";
import { Hospital } from "./Hospital.tsx";
import { Idle, SignOn } from "./Idle.tsx";
import { Incoming } from "./Incoming.tsx";
import { Key } from "./keys.tsx";
import { Run } from "./Run.tsx";
import { SentElsewhere } from "./SentElsewhere.tsx";
import { StandsBy } from "./StandsBy.tsx";
import { StepKeys } from "./StepKeys.tsx";
import { TopBar } from "./TopBar.tsx";
import { Vitals } from "./Vitals.tsx";

const TABS = ["run", "assess", "vitals", "ecg", "hospital"] as const;
type Tab = (typeof TABS)[number];

export function App({ crew, demo }: { crew: Crew; demo: boolean }) {
  const { unit } = crew.rows.value;
  useAlarm(unit?.status === "assigned" || unit?.standby?.phase === "called");
  if (unit !== null && unit.crew.length === 0) return <Frame crew={crew}><SignOn crew={crew} /></Frame>;
  if (unit?.standby != null && !onRun(unit.status)) return <Frame crew={crew} keys><StandsBy crew={crew} standby={unit.standby} /></Frame>;
  if (unit === null || !onRun(unit.status)) return <Frame crew={crew} keys><Idle crew={crew} /></Frame>;
  if (unit.status === "assigned") return <Frame crew={crew} keys><Incoming crew={crew} /></Frame>;
  const tab = TABS.find((one) => one === crew.forms.value.tab) ?? "run";
  return (
    <Frame crew={crew} keys tabs={<Tabs crew={crew} tab={tab} />}>
      <Page tab={tab} crew={crew} demo={demo} />
    </Frame>
  );
}

function Frame({ crew, keys = false, tabs, children }: { crew: Crew; keys?: boolean; tabs?: ComponentChildren; children: ComponentChildren }) {
  return (
    <div class={`frame ${tabs === undefined ? "without-tabs" : ""} ${keys ? "" : "without-keys"}`}>
      <TopBar crew={crew} />
      {tabs}
      <main class="page"><OrderBar crew={crew} /><AskOnce crew={crew} /><SentElsewhere crew={crew} />{children}</main>
      {keys && <StepKeys crew={crew} />}
      <Refusals crew={crew} />
    </div>
  );
}

function Tabs({ crew, tab }: { crew: Crew; tab: Tab }) {
  return (
    <nav class="tabs" aria-label={t("crew.pages")}>
      {TABS.map((one) => <Key key={one} label={t(`crew.tab.${one}`)} pressed={one === tab} onTap={() => crew.fill({ tab: one })} />)}
    </nav>
  );
}

function Page({ tab, crew, demo }: { tab: Tab; crew: Crew; demo: boolean }) {
  switch (tab) {
    case "run":
      return <Run crew={crew} />;
    case "assess":
      return <Assess crew={crew} />;
    case "vitals":
      return <Vitals crew={crew} />;
    case "ecg":
      return <EcgPage crew={crew} demo={demo} />;
    case "hospital":
      return <Hospital crew={crew} />;
  }
}

/** A step that the desk refused must not vanish: what, and why, until it is read. */
function Refusals({ crew }: { crew: Crew }) {
  const refused = crew.uplink.refused.value;
  const first = refused[0];
  if (first === undefined) return null;
  return (
    <div class="refusal" role="alert">
      <p><strong>{t("crew.refused_step")}</strong> {both(first.text)}{refused.length > 1 && ` (+${refused.length - 1})`}</p>
      <Key label={t("crew.read")} onTap={() => void crew.uplink.dismiss(first.entry.id)} />
    </div>
  );
}

/** Sound from the assignment until it is accepted. */
function useAlarm(sounding: boolean): void {
  const [sounder, setSounder] = useState<Sounder | null>(null);
  useEffect(() => {
    const made = new Sounder();
    setSounder(made);
    return () => made.close();
  }, []);
  useEffect(() => sounder?.set(sounding ? "high" : "none"), [sounder, sounding]);
}
