/** Ask for the way of the current leg, keep it for dead zones, ask anew when the goal changes or the vehicle leaves it. */
import { effect, signal } from "@preact/signals";
import { api, HttpRefused } from "@shared/api.ts";
import { along, goalOf, OFF_WAY_M, type Way } from "./model/turns.ts";
import { lastFix } from "./position.ts";
import type { Crew } from "./state.ts";

/** After a refusal or in a dead zone. */
const AGAIN_MS = 5_000;

export const way = signal<Way | null>(null);

/** Follow the leg, and keep each way; returns how to stop. */
export function followTurns(crew: Crew, keep: (found: Way) => Promise<unknown>): () => void {
  let askedMs = 0;
  return effect(() => {
    void crew.now.value;
    const { unit, incident } = crew.rows.value;
    const center = crew.rows.value.centers.find(({ id }) => id === crew.patient.value?.center_id) ?? null;
    const goal = unit === null ? null : goalOf(unit.status, incident?.place ?? null, center);
    const fix = lastFix.value;
    if (unit === null || goal === null || fix === null) return;
    const key = `${unit.id} ${goal.lon},${goal.lat}`;
    const shown = way.peek();
    if (shown?.key === key && along(shown, fix).beside_m <= OFF_WAY_M) return;
    if (Date.now() - askedMs < AGAIN_MS || crew.link.state.peek() !== "live") return;
    askedMs = Date.now();
    void ask(keep, key, `from=${fix.lon},${fix.lat}&to=${goal.lon},${goal.lat}`);
  });
}

async function ask(keep: (found: Way) => Promise<unknown>, key: string, ends: string): Promise<void> {
  try {
    const { steps, geometry, distance_m } = await api<Omit<Way, "key">>(`/api/route?${ends}&turns=true`);
    way.value = { key, steps, geometry, distance_m };
    await keep(way.value);
  } catch (error) {
    if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error; // the kept way stays
  }
}
