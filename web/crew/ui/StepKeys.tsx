/** The right edge: the next step as the one big key, and behind two more keys every other step and every other ending. */
import { signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { Outcome, UnitStatus } from "@shared/words.ts";
import { hhmm, momentBefore } from "@shared/format.ts";
import { nextStep, onRun, stepRows, type Step } from "../model/journey.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Key, Pad, Sheet } from "./keys.tsx";

/** A second tap within this time is a shaking hand, not a second step: the keys are dim until then. */
const SHAKE_MS = 1_000;
const settling = signal(false);

function step(crew: Crew, status: UnitStatus): void {
  if (settling.peek()) return;
  settling.value = true;
  setTimeout(() => { settling.value = false; }, SHAKE_MS);
  report(crew, status);
}

/** A tap speaks for the run that was on the screen: if that has ended meanwhile, it must not move the next one. */
function report(crew: Crew, status: UnitStatus, atMs?: number): void {
  const { unit, assignment } = crew.rows.peek();
  const assignment_id = unit !== null && unit.assignment_id !== null && unit.assignment_id === assignment?.id ? assignment.id : null;
  void crew.do("report-status", { unit_id: crew.unitId, status, assignment_id }, atMs);
}

/** At a door while another centre expects the patient: the way on is open. */
function turnedAway(crew: Crew): boolean {
  const { unit, activations } = crew.rows.value;
  if (unit === null || !["at_hospital", "stretcher_held"].includes(unit.status)) return false;
  return activations.some((one) => ["sent", "received", "acknowledged", "team_ready"].includes(one.phase));
}

export function StepKeys({ crew }: { crew: Crew }) {
  const [open, setOpen] = useState<"steps" | "end" | null>(null);
  const { unit, assignment } = crew.rows.value;
  if (unit === null) return <aside class="steps" />;
  const next = nextStep(unit.status);
  const running = onRun(unit.status) && unit.status !== "handed_over";
  const close = (): void => setOpen(null);
  return (
    <aside class="steps" aria-label={t("crew.steps")}>
      {running && <Key label={t("crew.end_run")} sub={t("crew.end_run.sub")} onTap={() => setOpen("end")} />}
      {running && <Key label={t("crew.other_step")} sub={t("crew.other_step.sub")} busy={settling.value} onTap={() => setOpen("steps")} />}
      {!running && unit.status === "available" && <Key label={t("crew.out_of_service")} onTap={() => setOpen("end")} />}
      {turnedAway(crew) && <Key label={t("crew.drive_on")} sub={t("crew.drive_on.sub")} busy={settling.value} onTap={() => step(crew, "transporting")} />}
      {unit.status === "at_hospital" && <Key label={t("status.stretcher_held")} onTap={() => step(crew, "stretcher_held")} />}
      {unit.status === "handed_over" && <Key label={t("status.available")} onTap={() => step(crew, "available")} />}
      {unit.status === "returning" && <Key label={t("status.cleaning")} onTap={() => step(crew, "cleaning")} />}
      {next !== null && unit.status !== "available" && (
        <button type="button" class="key main next" aria-disabled={settling.value} onClick={() => step(crew, next)}>
          <span class="key-sub">{t("crew.next")}</span>
          <span class="key-label">{t.code("crew.do", next)}</span>
        </button>
      )}
      {open === "steps" && <StepSheet crew={crew} onClose={close} />}
      {open === "end" && (running && assignment !== null ? <OutcomeSheet crew={crew} onClose={close} /> : <OutOfServiceSheet crew={crew} onClose={close} />)}
    </aside>
  );
}

/** Every step of the run: skip forward, or fill in late with the time. */
function StepSheet({ crew, onClose }: { crew: Crew; onClose: () => void }) {
  const { unit, assignment } = crew.rows.value;
  const [late, setLate] = useState<Step | null>(null);
  if (unit === null) return null;
  if (late !== null) return <LateStep crew={crew} step={late} onClose={onClose} />;
  return (
    <Sheet title={t("crew.other_step")} onClose={onClose}>
      <ul class="key-grid four">
        {stepRows(unit.status, assignment).map(({ step: name, state, at }) => (
          <li key={name}>
            <Key
              label={t(`status.${name}`)}
              sub={state === "done" ? `✓ ${at === null ? "" : hhmm(at)}` : t(`crew.step.${state}`)}
              disabled={state === "done" || state === "later"}
              onTap={() => {
                if (state === "missed") return setLate(name);
                step(crew, name);
                onClose();
              }}
            />
          </li>
        ))}
      </ul>
    </Sheet>
  );
}

function LateStep({ crew, step: name, onClose }: { crew: Crew; step: Step; onClose: () => void }) {
  const take = (digits: string): void => {
    const at = momentBefore(digits, crew.link.serverNow());
    if (at !== null) report(crew, name, Date.parse(at));
    onClose();
  };
  return <TimePad title={t("crew.late", { step: t(`status.${name}`) })} now={crew.now.value} onDone={take} onClose={onClose} />;
}

export const clockShape = (digits: string): string => (digits.length <= 2 ? digits : `${digits.slice(0, -2)}:${digits.slice(-2)}`);

export function TimePad({ title, now, onDone, onClose }: { title: string; now: number; onDone: (digits: string) => void; onClose: () => void }) {
  return (
    <Pad title={title} unit="" most={4} initial={hhmm(now).replace(":", "")} shape={clockShape} read={(digits) => (digits.length < 3 ? null : momentBefore(digits, now))} onDone={onDone} onClose={onClose} />
  );
}

const ENDINGS: readonly Outcome[] = ["not_found", "self_conveyed", "cancelled", "treated_on_scene", "death_on_scene", "handed_to_other_unit"];

/** One tap ends the run and frees the unit; a refusal needs the risk told and a signature or a witness. */
function OutcomeSheet({ crew, onClose }: { crew: Crew; onClose: () => void }) {
  const [refusing, setRefusing] = useState(false);
  const [witness, setWitness] = useState("");
  const assignment = crew.rows.value.assignment;
  const end = (outcome: Outcome, more: { risk_told?: boolean; signed?: boolean; witness?: string } = {}): void => {
    if (assignment !== null) void crew.do("end-assignment", { assignment_id: assignment.id, outcome, ...more });
    onClose();
  };
  if (refusing) {
    return (
      <Sheet title={t("crew.refused.title")} onClose={onClose}>
        <p class="say">{t("crew.refused.risk")}</p>
        <div class="key-grid two">
          <Key label={t("crew.refused.signed")} sub={t("crew.refused.signed.sub")} kind="main" onTap={() => end("refused", { risk_told: true, signed: true })} />
          <div class="witness">
            <label>{t("crew.refused.witness_name")}<input value={witness} onInput={(event) => setWitness(event.currentTarget.value)} /></label>
            <Key label={t("crew.refused.witness")} sub={t("crew.refused.witness.sub")} disabled={witness.trim() === ""} onTap={() => end("refused", { risk_told: true, witness: witness.trim() })} />
          </div>
        </div>
      </Sheet>
    );
  }
  return (
    <Sheet title={t("crew.end_run")} onClose={onClose}>
      <ul class="key-grid three">
        {ENDINGS.map((outcome) => (
          <li key={outcome}><Key label={t(`outcome.${outcome}`)} onTap={() => end(outcome)} /></li>
        ))}
        <li><Key label={t("outcome.refused")} sub={t("crew.refused.sub")} onTap={() => setRefusing(true)} /></li>
      </ul>
    </Sheet>
  );
}

const OUT_REASONS = ["vehicle", "equipment", "meal", "restock", "crew"] as const;

function OutOfServiceSheet({ crew, onClose }: { crew: Crew; onClose: () => void }) {
  return (
    <Sheet title={t("crew.out_of_service")} onClose={onClose}>
      <ul class="key-grid three">
        {OUT_REASONS.map((reason) => (
          <li key={reason}>
            <Key label={t(`crew.out.${reason}`)} onTap={() => {
              void crew.do("take-out-of-service", { unit_id: crew.unitId, reason: t(`crew.out.${reason}`) });
              onClose();
            }} />
          </li>
        ))}
        <li><Key label={t("crew.sign_off")} onTap={() => {
          void crew.do("sign-off", { unit_id: crew.unitId });
          onClose();
        }} /></li>
      </ul>
    </Sheet>
  );
}
