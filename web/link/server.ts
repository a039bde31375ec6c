/** Everything the page asks of the server: the token comes behind the #, and goes into a header only. */
import { ask } from "@shared/page_server.ts";

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
    return this.#ask("POST", "/position", { lon: longitude, lat: latitude, accuracy_m: Math.min(accuracy, 100_000) });
  }

  write(text: string): Promise<PageState> {
    return this.#ask("POST", "/messages", { text });
  }

  photo(id: string, jpeg: Blob): Promise<PageState> {
    return this.#ask("PUT", `/photos/${id}`, jpeg);
  }

  #ask(method: string, path: string, body?: object): Promise<PageState> {
    const headers = { "X-Link-Token": this.#token, "X-Link-Device": this.#device };
    return ask(`/api/link${path}`, { method, headers, body }, (answer) => answer.json() as Promise<PageState>);
  }
}
