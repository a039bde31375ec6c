import { expect, test } from "vitest";
import type { Assignment, Incident } from "@shared/rows.ts";
import { stalled, stepClocks, type StepTargets } from "./turnout.ts";

const TARGETS: StepTargets = { located: 60, prealerted: 75, assigned: 120, rolling: 180 };
const RANG = Date.parse("2026-11-21T06:00:00Z");
const at = (seconds: number): { at: string } => ({ at: new Date(RANG + seconds * 1000).toISOString() });
const incident = (points: object): Incident => ({ points, opened_at: at(0).at, closed_at: null }) as unknown as Incident;
const run = (assigned: number, points: object = {}): Assignment => ({ unit_id: "U1", outcome: null, assigned_at: at(assigned).at, points }) as unknown as Assignment;

test("each step is counted from the ring, rolling from the assignment", () => {
  const steps = stepClocks(incident({ call_received: at(0), incident_located: at(30), unit_prealerted: at(40), unit_assigned: at(130) }), [run(130, { unit_en_route: at(190) })], TARGETS, RANG + 500_000);
  expect(steps.map(({ step, seconds, late }) => [step, seconds, late])).toEqual([["located", 30, false], ["prealerted", 40, false], ["assigned", 130, true], ["rolling", 60, false]]);
});

test("open steps run on and become late; one that has not begun has no clock", () => {
  const steps = stepClocks(incident({ call_received: at(0) }), [], TARGETS, RANG + 70_000);
  expect(steps.map(({ seconds, late, done }) => [seconds, late, done])).toEqual([[70, true, false], [70, false, false], [70, false, false], [null, false, false]]);
});

test("a pre-alert that nobody needed is not missing", () => {
  const steps = stepClocks(incident({ call_received: at(0), incident_located: at(5), unit_assigned: at(20) }), [], null, RANG + 30_000);
  expect(steps.map(({ step }) => step)).toEqual(["located", "assigned", "rolling"]);
});

test("a run stalls when its unit still stands after the target", () => {
  expect(stalled([run(0)], () => true, TARGETS, RANG + 180_000)).toEqual([]);
  expect(stalled([run(0)], () => true, TARGETS, RANG + 181_000)).toHaveLength(1);
  expect(stalled([run(0)], () => false, TARGETS, RANG + 999_000)).toEqual([]);
});
