/** The entrance: where to go, and in the demo with which account. */
import { signal } from "@preact/signals";
import { render } from "preact";
import entrance from "@texts/entrance.json";
import { api, HttpRefused } from "@shared/api.ts";
import { lang, translator } from "@shared/texts.ts";
import "@shared/visible_texts.ts";
import "./entrance.css";

const t = translator(entrance);

const PAGES = ["console", "crew", "wall"] as const;

interface DemoAccount {
  readonly account: string;
  readonly password: string;
  readonly role: string;
  readonly page: string;
  readonly label_zh: string;
  readonly label_en: string;
}

interface Health {
  readonly city: string;
  readonly fictional: boolean;
}

const accounts = signal<readonly DemoAccount[]>([]);
const health = signal<Health | "asking" | "not_ready">("asking");

/** Ask both; outside the demo there are no accounts to show, and that is no error. */
async function ask(): Promise<void> {
  try {
    health.value = await api<Health>("/healthz");
    accounts.value = await api<readonly DemoAccount[]>("/api/demo");
  } catch (error) {
    if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
    if (health.value === "asking") health.value = "not_ready";
  }
}

function City() {
  const known = health.value;
  if (known === "asking") return null;
  if (known === "not_ready") return <p role="status">{t("entrance.not_ready")}</p>;
  return (
    <p>
      {t("entrance.city", { city: known.city })}
      {known.fictional && <span class="tag">{t("entrance.fictional")}</span>}
    </p>
  );
}

const labelOf = (row: DemoAccount): string => (lang.value === "zh" ? row.label_zh : row.label_en);

/** An account without a page, such as the telephone exchange's, speaks to the server only. */
function Accounts() {
  if (accounts.value.length === 0) return null;
  return (
    <section>
      <h2>{t("entrance.demo")}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("entrance.opens")}</th>
            <th scope="col">{t("entrance.account")}</th>
            <th scope="col">{t("entrance.password")}</th>
          </tr>
        </thead>
        <tbody>
          {accounts.value.map((row) => (
            <tr key={row.account}>
              <td>{row.page === "" ? labelOf(row) : <a href={`/${row.page.replaceAll("/", "")}/`}>{labelOf(row)}</a>}</td>
              <td><code>{row.account}</code></td>
              <td><code>{row.password}</code></td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Door() {
  return (
    <main>
      <header>
        <div>
          <h1>green channel · {t("entrance.title")}</h1>
          <p>{t("entrance.promise")}</p>
          <City />
        </div>
        <button type="button" onClick={() => { lang.value = lang.value === "zh" ? "en" : "zh"; }}>{t("entrance.language")}</button>
      </header>
      <ul class="pages">
        {PAGES.map((name) => (
          <li key={name}>
            <a href={`/${name}/`}>
              <strong>{t(`entrance.${name}`)}</strong>
              <p>{t(`entrance.${name}_for`)}</p>
            </a>
          </li>
        ))}
      </ul>
      <Accounts />
      <footer><p>{t("entrance.not_a_device")}</p></footer>
    </main>
  );
}

const page = document.getElementById("page");
if (page === null) throw new Error("index.html has lost its #page");
render(<Door />, page);
void ask();
