/** What the selected unit, or else the selected incident, is within five and ten minutes of. Shown while one key keeps it on. */
import { effect, signal } from "@preact/signals";
import { api, HttpRefused } from "@shared/api.ts";
import { refusalFrom } from "@shared/commands.ts";
import type { Both, Iso } from "@shared/words.ts";
import type { Desk } from "./desk.ts";

export const REACH_MINUTES = [5, 10] as const;
/** A unit drives on: its area is asked for anew this often. */
const AGAIN_MS = 20_000;

export interface ReachAreas {
  readonly type: "FeatureCollection";
  readonly features: { readonly type: "Feature"; readonly properties: { readonly minutes: number; readonly road_m: number }; readonly geometry: { readonly type: "MultiPolygon"; readonly coordinates: [number, number][][][] } }[];
  readonly fix_at: Iso | null;
}

export type Reach =
  | { readonly state: "off" | "nothing" | "failed" }
  | { readonly state: "loading" | "ready"; readonly of: string }
  | { readonly state: "refused"; readonly why: Both };

/** The question for what is selected; null when nothing with a place is. */
export function reachQuestion(unitId: string | null, place: { readonly lon: number; readonly lat: number } | null): string | null {
  const minutes = `minutes=${REACH_MINUTES.join(",")}`;
  if (unitId !== null) return `/api/reach?unit=${encodeURIComponent(unitId)}&${minutes}`;
  return place === null ? null : `/api/reach?from=${place.lon},${place.lat}&${minutes}`;
}

export class ReachView {
  readonly on = signal(false);
  readonly said = signal<Reach>({ state: "off" });
  readonly areas = signal<ReachAreas | null>(null);
  #asked = 0;

  toggle(): void {
    this.on.value = !this.on.peek();
  }

  /** Follow the selection; returns how to stop. */
  follow(desk: Desk): () => void {
    let question: string | null = null;
    let of = "";
    const again = setInterval(() => void this.#ask(question, of), AGAIN_MS);
    const stop = effect(() => {
      const unit = desk.link.tables.units.value.get(desk.selection.unitId.value ?? "");
      const incident = desk.link.tables.incidents.value.get(desk.selection.incidentId.value ?? "");
      void desk.weights.value?.epoch;
      const asked = this.on.value ? reachQuestion(unit?.id ?? null, incident?.place ?? null) : null;
      of = unit?.call_sign ?? incident?.number ?? "";
      if (asked !== question) {
        this.areas.value = null;
        this.said.value = { state: this.on.value ? (asked === null ? "nothing" : "loading") : "off", of };
      }
      question = asked;
      void this.#ask(question, of);
    });
    return () => {
      stop();
      clearInterval(again);
    };
  }

  async #ask(question: string | null, of: string): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    if (question === null) return;
    try {
      const areas = await api<ReachAreas>(question);
      if (mine !== this.#asked) return;
      this.areas.value = areas;
      this.said.value = { state: "ready", of };
    } catch (error) {
      if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
      if (mine !== this.#asked) return;
      this.said.value = error instanceof HttpRefused ? { state: "refused", why: refusalFrom(error.status, error.body).text } : { state: "failed" };
    }
  }
}
