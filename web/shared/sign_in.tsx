/** The sign-in of a tablet or a wall: large fields, and in the demo the accounts of this page to tap. */
import { signal, useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import shared from "@texts/shared.json";
import { api, HttpRefused } from "./api.ts";
import type { Role } from "./words.ts";
import { signIn, signOut } from "./session.ts";
import { lang, translator } from "./texts.ts";
import "./sign_in.css";

const t = translator(shared);

export interface DemoAccount {
  readonly account: string;
  readonly password: string;
  readonly role: Role;
  readonly page: string;
  readonly label_zh: string;
  readonly label_en: string;
}

const demo = signal<readonly DemoAccount[]>([]);
const problem = signal<"wrong_password" | "too_many" | "offline" | "role" | null>(null);
const busy = signal(false);

const PROBLEMS = { wrong_password: "sign.wrong", too_many: "sign.too_many", offline: "sign.offline", role: "sign.role" } as const;
/** More than this is no help to a thumb; the search field narrows it down. */
const SHOWN = 12;

async function loadDemo(page: string): Promise<void> {
  try {
    const all = await api<readonly DemoAccount[]>("/api/demo");
    demo.value = all.filter((one) => one.page.replaceAll("/", "") === page);
  } catch (error) {
    if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
    demo.value = [];
  }
}

async function enter(account: string, password: string, roles: readonly Role[]): Promise<void> {
  if (busy.value) return;
  busy.value = true;
  const result = await signIn(account, password);
  busy.value = false;
  problem.value = result.ok ? null : result.why;
  if (result.ok && !roles.includes(result.session.role)) {
    await signOut();
    problem.value = "role";
  }
}

export function SignIn({ page, title, roles, note }: { page: string; title: string; roles: readonly Role[]; note?: ComponentChildren }) {
  const account = new URLSearchParams(location.search).get("account") ?? "";
  useEffect(() => void loadDemo(page), [page]);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    void enter(String(form.get("account")).trim(), String(form.get("password")), roles);
  };
  const filter = useSignal("");
  return (
    <main class="sign-in">
      <form onSubmit={submit}>
        <header>
          <h1>{title}</h1>
          <LangKey />
        </header>
        <label>
          {t("sign.account")}
          <input name="account" autocomplete="username" autocapitalize="none" required defaultValue={account} />
        </label>
        <label>
          {t("sign.password")}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        <p class="problem" role="alert">{problem.value === null ? "" : t(PROBLEMS[problem.value])}</p>
        <button type="submit" class="primary" disabled={busy.value}>{t("sign.in")}</button>
        {note}
      </form>
      {demo.value.length > 0 && <DemoAccounts filter={filter} roles={roles} />}
    </main>
  );
}

function DemoAccounts({ filter, roles }: { filter: Signal<string>; roles: readonly Role[] }) {
  const words = filter.value.trim().toLowerCase();
  const found = demo.value.filter((one) => `${one.account} ${one.label_zh} ${one.label_en}`.toLowerCase().includes(words));
  return (
    <section aria-label={t("sign.demo")}>
      <h2>{t("sign.demo")}</h2>
      <input type="search" aria-label={t("sign.find")} placeholder={t("sign.find")} value={filter.value} onInput={(event) => { filter.value = event.currentTarget.value; }} />
      <ul>
        {found.slice(0, SHOWN).map((one) => (
          <li key={one.account}>
            <button type="button" disabled={busy.value} onClick={() => void enter(one.account, one.password, roles)}>
              <strong>{lang.value === "zh" ? one.label_zh : one.label_en}</strong>
              <code>{one.account}</code>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The key that switches the language; its name is said in the other language. */
export function LangKey() {
  const other = lang.value === "zh" ? "en" : "zh";
  return (
    <button type="button" class="lang-key" lang={other === "zh" ? "zh-CN" : "en"} aria-label={`${t("lang.other")} · ${t("lang.switch")}`} onClick={() => { lang.value = other; }}>
      {t("lang.other")}
    </button>
  );
}
