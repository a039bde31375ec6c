/** The crew's tablet: sign in, open this account's storage, keep the page for hours without a network. */
import { signal } from "@preact/signals";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { api, HttpRefused } from "@shared/api.ts";
import { session } from "@shared/signed_in.ts";
import { SignIn } from "@shared/sign_in.tsx";
import { onRun } from "./model/journey.ts";
import { Crew } from "./state.ts";
import { t } from "./texts.ts";
import { App } from "./ui/App.tsx";
import { LeftBehind } from "./ui/LeftBehind.tsx";
import { keepUpToDate } from "./update.ts";
import "@shared/visible_texts.ts";
import "@shared/tokens.css";
import "./crew.css";

const crew = signal<Crew | null>(null);
/** In the demo a simulated monitor gives the 12-lead; remembered, because a tablet starts without a network too. */
const demo = signal(localStorage.getItem("gc.crew.demo") === "yes");

async function askWhetherDemo(): Promise<void> {
  try {
    await api<unknown>("/api/demo");
    demo.value = true;
  } catch (error) {
    if (error instanceof TypeError) return; // no network: as remembered
    if (!(error instanceof HttpRefused)) throw error;
    demo.value = false;
  }
  localStorage.setItem("gc.crew.demo", demo.value ? "yes" : "no");
}

function Page() {
  const who = session.value;
  useEffect(() => {
    if (who === null) return;
    let opened: Crew | null = null;
    let gone = false;
    void Crew.open(who).then((made) => {
      if (gone) return made.close();
      opened = made;
      crew.value = made;
    });
    return () => {
      gone = true;
      opened?.close();
      crew.value = null;
    };
  }, [who]);
  if (who === null) return <SignIn page="crew" title={t("crew.title")} roles={["crew"]} note={<LeftBehind own={null} />} />;
  return crew.value === null ? <p class="empty">{t("link.connecting")}</p> : <App crew={crew.value} demo={demo.value} />;
}

const page = document.getElementById("page");
if (page === null) throw new Error("index.html has lost its #page");
render(<Page />, page);
void askWhetherDemo();
if (!import.meta.env.DEV) {
  void keepUpToDate(() => {
    const unit = crew.peek()?.rows.peek().unit ?? null;
    return unit === null || !onRun(unit.status);
  });
}
