/** How long an incident may wait for its first unit, and how it looks while it waits. Pure. */
import type { Incident } from "@shared/rows.ts";

export type Waiting = "calm" | "soon" | "over";

/** Seconds without a unit, by priority; an incident that nobody has assessed waits like P2. */
const WAIT_LIMIT_S: Readonly<Record<string, number>> = { P1: 60, P2: 300, P3: 900, P4: 3600 };
const NOT_ASSESSED = "P2";
/** From this share of the limit on, the row says that it is nearly time. */
const SOON_SHARE = 0.6;

export interface Age {
  readonly waited_s: number;
  readonly limit_s: number;
  /** 0 … 1, how much of the limit is used up. */
  readonly share: number;
  readonly level: Waiting;
}

function waitLimit(priority: string | null): number {
  return WAIT_LIMIT_S[priority ?? NOT_ASSESSED] ?? 300;
}

/** Age of a waiting incident; it counts from the moment it came (back) into the queue. */
export function ageOf(incident: Pick<Incident, "opened_at" | "waiting_since" | "priority">, now: number): Age {
  const since = Date.parse(incident.waiting_since ?? incident.opened_at);
  const waited_s = Math.max(0, (now - since) / 1000);
  const limit_s = waitLimit(incident.priority);
  const share = Math.min(1, waited_s / limit_s);
  const level = waited_s >= limit_s ? "over" : share >= SOON_SHARE ? "soon" : "calm";
  return { waited_s, limit_s, share, level };
}
