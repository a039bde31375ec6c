/** Everything a physician's page asks of the server: the token comes behind the #, and goes into a header only. */
import { recordFrom, type EcgRecord } from "@shared/ecg.ts";
import type { Order, TeamLine } from "@shared/direct/rows.ts";
import type { Ecg, Iso, Treatment } from "@shared/rows.ts";

export interface ReaderPage {
  readonly now: Iso;
  readonly language: "zh" | "en";
  readonly physician: string;
  /** How this page signs its readings. */
  readonly account: string;
  readonly expires_at: Iso;
  readonly poll_s: number;
  readonly patient: { readonly code: string; readonly sex: string | null; readonly age: { readonly value?: number; readonly unit?: string } | null; readonly complaint: string };
  readonly center: string | null;
  readonly conditions: readonly { readonly code: string; readonly status: "suspected" | "confirmed" }[];
  readonly vitals: { readonly at: Iso; readonly values: Readonly<Record<string, number>>; readonly by_hand: boolean } | null;
  readonly treatments: readonly Treatment[];
  readonly ecgs: readonly Ecg[];
  readonly orders: readonly Order[];
  readonly lines: readonly TeamLine[];
  readonly over: boolean;
}

/** Why the server said no; "away" when it could not be reached. */
export class Refused extends Error {
  readonly code: string;
  readonly isOver: boolean;

  constructor(status: number, code: string) {
    super(code);
    this.code = code;
    this.isOver = status === 401 || status === 404 || status === 410 || code === "link.opened_elsewhere";
  }
}

const WAIT_MS = 15_000;

export class ReaderServer {
  readonly #headers: Record<string, string>;

  constructor(token: string, device: string) {
    this.#headers = { "X-Link-Token": token, "X-Link-Device": device };
  }

  open = (): Promise<ReaderPage> => this.#page("POST", "/open");
  look = (): Promise<ReaderPage> => this.#page("GET", "");
  read = (ecg_id: string, reading: string): Promise<ReaderPage> => this.#page("POST", "/readings", { ecg_id, reading });
  write = (text: string): Promise<ReaderPage> => this.#page("POST", "/lines", { text });
  order = (code: string, dose: string | null, note: string | null): Promise<ReaderPage> => this.#page("POST", "/orders", { code, dose, note });

  async leave(): Promise<void> {
    await this.#ask("POST", "/leave");
  }

  async ecg(id: string): Promise<EcgRecord | null> {
    const answer = await this.#ask("GET", `/ecgs/${id}`);
    return recordFrom(answer.headers, await answer.arrayBuffer());
  }

  async #page(method: string, path: string, body?: object): Promise<ReaderPage> {
    return (await (await this.#ask(method, path, body)).json()) as ReaderPage;
  }

  async #ask(method: string, path: string, body?: object): Promise<Response> {
    const headers = body === undefined ? this.#headers : { ...this.#headers, "Content-Type": "application/json" };
    try {
      const answer = await fetch(`/api/reader${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body), cache: "no-store", signal: AbortSignal.timeout(WAIT_MS) });
      if (answer.ok) return answer;
      throw new Refused(answer.status, ((await answer.json()) as { code?: string }).code ?? "");
    } catch (failure) {
      if (failure instanceof Refused) throw failure;
      throw new Refused(0, "away");
    }
  }
}
