/** The recommendation of the selected incident, kept fresh: asked again when something it depends on changed, and every few seconds. */
import { effect, signal, type ReadonlySignal } from "@preact/signals";
import { api, HttpRefused } from "@shared/api.ts";
import type { LiveLink } from "@shared/link.ts";
import type { Recommendation } from "@shared/answers.ts";
import type { WeightsFrame } from "@shared/frames.ts";
import type { Selection } from "./selection.ts";

const REFRESH_MS = 5_000;
/** Several changes in a row ask once. */
const SETTLE_MS = 250;

export type Advice =
  | { readonly state: "none" }
  | { readonly state: "loading" | "failed"; readonly incidentId: string }
  | { readonly state: "ready"; readonly incidentId: string; readonly advice: Recommendation };

export class Advisor {
  readonly current: ReadonlySignal<Advice>;
  readonly #current = signal<Advice>({ state: "none" });
  readonly #selection: Selection;
  readonly #link: LiveLink;
  readonly #weights: ReadonlySignal<WeightsFrame | null>;
  readonly #stops: (() => void)[] = [];
  #settle: ReturnType<typeof setTimeout> | null = null;
  #asked = 0;

  constructor(selection: Selection, link: LiveLink, weights: ReadonlySignal<WeightsFrame | null>) {
    this.#weights = weights;
    this.#selection = selection;
    this.#link = link;
    this.current = this.#current;
    this.#stops.push(effect(() => this.#follow()));
    const timer = setInterval(() => void this.#ask(), REFRESH_MS);
    this.#stops.push(() => clearInterval(timer));
  }

  close(): void {
    for (const stop of this.#stops) stop();
    if (this.#settle !== null) clearTimeout(this.#settle);
  }

  /** Ask at once for another incident, soon for a change of this one. */
  #follow(): void {
    const id = this.#selection.incidentId.value;
    const incident = id === null ? undefined : this.#link.tables.incidents.value.get(id);
    for (const patient of incident?.patient_ids ?? []) this.#link.tables.patients.value.get(patient);
    void this.#weights.value?.epoch; // other roads, other minutes
    const shown = this.#current.peek();
    if (id === null || incident === undefined || incident.place === null || incident.phase === "closed") {
      this.#asked += 1; // an answer on its way is about something else now
      this.#current.value = { state: "none" };
      return;
    }
    if (shown.state === "none" || shown.incidentId !== id) {
      this.#current.value = { state: "loading", incidentId: id };
      void this.#ask();
      return;
    }
    if (this.#settle !== null) clearTimeout(this.#settle);
    this.#settle = setTimeout(() => void this.#ask(), SETTLE_MS);
  }

  async #ask(): Promise<void> {
    const shown = this.#current.peek();
    if (shown.state === "none") return;
    const { incidentId } = shown;
    this.#asked += 1;
    const question = this.#asked;
    try {
      const advice = await api<Recommendation>(`/api/incidents/${incidentId}/recommendation`);
      if (question === this.#asked) this.#current.value = { state: "ready", incidentId, advice };
    } catch (error) {
      if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
      if (question === this.#asked && shown.state !== "ready") this.#current.value = { state: "failed", incidentId };
    }
  }
}
