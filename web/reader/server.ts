/** Everything a physician's page asks of the server: the token comes behind the #, and goes into a header only. */
import { ask } from "@shared/page_server.ts";
import { recordFrom, type EcgRecord } from "@shared/ecg/draw.ts";
import type { Order, TeamLine } from "@shared/direct/rows.ts";
import type { Ecg, Treatment } from "@shared/rows.ts";
import type { Iso } from "@shared/words.ts";

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
    await this.#ask("POST", "/leave", undefined, (answer) => answer.json());
  }

  ecg(id: string): Promise<EcgRecord | null> {
    return this.#ask("GET", `/ecgs/${id}`, undefined, async (answer) => recordFrom(answer.headers, await answer.arrayBuffer()));
  }

  #page(method: string, path: string, body?: object): Promise<ReaderPage> {
    return this.#ask(method, path, body, (answer) => answer.json() as Promise<ReaderPage>);
  }

  #ask<T>(method: string, path: string, body: object | undefined, read: (answer: Response) => Promise<T>): Promise<T> {
    return ask(`/api/reader${path}`, { method, headers: this.#headers, body }, read);
  }
}
