/** Let a vehicle that stands at its goal say so by itself, once, with the minute in which its wheels stopped. */
import { effect } from "@preact/signals";
import { api, HttpRefused } from "@shared/api.ts";
import { goalOf, stood, type Standing, type Wheels } from "./model/wheels.ts";
import { lastFix } from "./position.ts";
import type { Crew } from "./state.ts";

/** Follow the wheels with the desk's own numbers; returns how to stop. */
export function followWheels(crew: Crew, remember: (wheels: Wheels) => unknown): () => void {
  let standing: Standing | null = null;
  const ask = async (): Promise<void> => {
    try {
      crew.wheels.value = (await api<{ wheels: Wheels }>("/api/city")).wheels;
      remember(crew.wheels.value);
    } catch (error) {
      if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error; // the remembered numbers stay
    }
  };
  const stops = [
    effect(() => {
      if (crew.link.state.value === "live") void ask();
    }),
    effect(() => {
      const fix = lastFix.value;
      const wheels = crew.wheels.value;
      if (fix === null || wheels === null) return;
      const rows = crew.rows.peek();
      const goal = goalOf(rows, wheels);
      const told = stood(standing, fix, goal, wheels);
      standing = told.standing;
      if (told.arrivedMs === null || goal === null) return;
      standing = null;
      const atServerMs = crew.link.serverNow() - Math.max(0, Date.now() - told.arrivedMs) * crew.link.speed.peek();
      void crew.do("report-status", { unit_id: crew.unitId, status: goal.status, automatic: true, assignment_id: rows.assignment?.id ?? null }, atServerMs);
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
