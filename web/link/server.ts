/** Everything the page asks of the server: the token comes behind the #, and goes into a header only. */

export type Ambulance =
  | { readonly phase: "waiting" | "arrived" | "leaving" }
  | { readonly phase: "coming"; readonly low_min?: number; readonly high_min?: number };

export interface Message {
  readonly at: string;
  readonly by: "caller" | "seat";
  readonly text: string;
}

export interface PageState {
  readonly language: "zh" | "en";
  readonly position: "wanted" | "over";
  readonly stream_until: string | null;
  readonly located: boolean;
  readonly messages: readonly Message[];
  readonly photos: number;
  readonly photos_left: number;
  readonly ambulance: Ambulance;
  readonly poll_s: number;
}

/** What the server said no with; "away" when it could not be reached. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }

  /** Whether asking again can help. */
  get isOver(): boolean {
    return this.status === 401 || this.status === 404 || this.status === 410 || this.code === "link.opened_elsewhere";
  }
}

const WAIT_MS = 15_000;

export class Server {
  readonly #token: string;
  readonly #device: string;

  constructor(token: string, device: string) {
    this.#token = token;
    this.#device = device;
  }

  look(): Promise<PageState> {
    return this.#ask("GET", "");
  }

  open(): Promise<PageState> {
    return this.#ask("POST", "/open");
  }

  position(at: GeolocationPosition): Promise<PageState> {
    const { longitude, latitude, accuracy } = at.coords;
    return this.#ask("POST", "/position", JSON.stringify({ lon: longitude, lat: latitude, accuracy_m: Math.min(accuracy, 100_000) }));
  }

  write(text: string): Promise<PageState> {
    return this.#ask("POST", "/messages", JSON.stringify({ text }));
  }

  photo(id: string, jpeg: Blob): Promise<PageState> {
    return this.#ask("PUT", `/photos/${id}`, jpeg);
  }

  async #ask(method: string, path: string, body?: string | Blob): Promise<PageState> {
    const headers: Record<string, string> = { "X-Link-Token": this.#token, "X-Link-Device": this.#device };
    if (typeof body === "string") headers["Content-Type"] = "application/json";
    const ended = new AbortController();
    const timer = setTimeout(() => ended.abort(), WAIT_MS);
    try {
      const answer = await fetch(`/api/link${path}`, { method, headers, body: body ?? null, cache: "no-store", signal: ended.signal });
      const said = (await answer.json()) as PageState & { code?: string };
      if (!answer.ok) throw new Refused(answer.status, said.code ?? "");
      return said;
    } catch (failure) {
      if (failure instanceof Refused) throw failure;
      throw new Refused(0, "away");
    } finally {
      clearTimeout(timer);
    }
  }
}
