import { hhmm } from "@shared/format.ts";
import { planSteps, type PlanStep } from "@shared/plan.ts";
import type { Incident, Patient } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";

/** The activations in their order: done when, due by when, or so long after what has not happened yet. */
export function PlanList({ patient, incident }: { readonly patient: Patient; readonly incident: Incident }) {
  const { link, now } = useDesk();
  if (patient.plan.length === 0) return null;
  const runId = patient.assignment_id ?? incident.assignment_ids.at(-1) ?? "";
  const run = link.tables.assignments.value.get(runId);
  const at = (point: string) => (patient.points[point] ?? run?.points[point] ?? incident.points[point])?.at ?? null;
  return (
    <section class="plan" aria-label={t("plan.title")}>
      <h4>{t("plan.title")}</h4>
      <ol>
        {planSteps(patient.plan, at).map((step) => (
          <li key={step.code} class={late(step, now.value) ? "over" : ""}>
            {step.order}. {t.code("activate", step.code)} <span class="faint">{when(step)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function late(step: PlanStep, now: number): boolean {
  return step.doneAt === null && step.dueMs !== null && step.dueMs < now;
}

function when(step: PlanStep): string {
  if (step.doneAt !== null) return `✓ ${hhmm(step.doneAt)}`;
  if (step.dueMs !== null) return t("plan.due", { time: hhmm(new Date(step.dueMs).toISOString()) });
  if (step.withinMin === 0) return t("plan.at_door");
  return t("plan.after", { since: t.code("timepoint", step.since), min: step.withinMin });
}
