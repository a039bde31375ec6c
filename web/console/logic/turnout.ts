/** How far an incident has come from the ring to rolling wheels, each step against its target. Pure. */
import type { Assignment, Incident } from "@shared/rows.ts";

/** Seconds from the ring, or for ``roll`` from the assignment; the server's `/api/city` says them. */
export interface StepTargets {
  readonly located: number;
  readonly prealerted: number;
  readonly assigned: number;
  readonly rolling: number;
}

export interface StepClock {
  readonly step: keyof StepTargets;
  /** Seconds taken, or running; null before its beginning. */
  readonly seconds: number | null;
  readonly done: boolean;
  readonly late: boolean;
  readonly target: number | null;
}

const POINTS = { located: "incident_located", prealerted: "unit_prealerted", assigned: "unit_assigned" } as const;

/** The steps in their order; a pre-alert that was never needed is left out once a unit is sent. */
export function stepClocks(incident: Incident, runs: readonly Assignment[], targets: StepTargets | null, nowMs: number): readonly StepClock[] {
  const rang = Date.parse(incident.points["call_received"]?.at ?? incident.opened_at);
  const assigned = incident.points["unit_assigned"]?.at;
  const rolled = runs.map((run) => run.points["unit_en_route"]?.at).filter((at) => at !== undefined).sort()[0];
  const end = incident.closed_at === null ? nowMs : Date.parse(incident.closed_at);
  const clock = (step: keyof StepTargets, since: number | null, at: string | undefined): StepClock => {
    const target = targets?.[step] ?? null;
    const seconds = since === null ? null : Math.max(0, ((at === undefined ? end : Date.parse(at)) - since) / 1000);
    return { step, seconds, done: at !== undefined, late: seconds !== null && target !== null && seconds > target, target };
  };
  const points = Object.entries(POINTS) as [keyof typeof POINTS, string][];
  const first = points
    .filter(([step, point]) => step !== "prealerted" || incident.points[point] !== undefined || assigned === undefined)
    .map(([step, point]) => clock(step, rang, incident.points[point]?.at));
  return [...first, clock("rolling", assigned === undefined ? null : Date.parse(assigned), rolled)];
}

/** The runs whose unit has been told and does not roll, longer than the target. */
export function stalled(runs: readonly Assignment[], isParked: (unitId: string) => boolean, targets: StepTargets | null, nowMs: number): readonly Assignment[] {
  if (targets === null) return [];
  return runs.filter((run) => run.outcome === null && isParked(run.unit_id) && nowMs - Date.parse(run.assigned_at) > targets.rolling * 1000);
}
