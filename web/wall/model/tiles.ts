/** What stands on the wall for one centre: live activations, and ended ones until somebody has seen that they ended. */
import type { AlarmLevel, Eta } from "@shared/frames.ts";
import type { Activation, Finding, Findings, Patient, Unit } from "@shared/rows.ts";
import type { ActivationPhase } from "@shared/words.ts";

export interface Tile {
  readonly activation: Activation;
  readonly patient: Patient | null;
  readonly unit: Unit | null;
}

const LIVE: ReadonlySet<ActivationPhase> = new Set(["sent", "received", "acknowledged", "team_ready", "arrived"]);
const UNANSWERED: ReadonlySet<ActivationPhase> = new Set(["sent", "received"]);
const ENDED_UNSEEN: ReadonlySet<ActivationPhase> = new Set(["redirected", "cancelled"]);
/** An accepted patient stays this long, so that the door sees the last word. Server ms. */
const ACCEPTED_STAYS_MS = 60_000;

type Rows<R> = ReadonlyMap<string, R>;

export function tilesOf(
  activations: Rows<Activation>, patients: Rows<Patient>, units: Rows<Unit>, centerId: string | null, nowMs: number,
): readonly Tile[] {
  return [...activations.values()]
    .filter((one) => one.center_id === centerId && onWall(one, nowMs))
    .map((activation) => {
      const patient = patients.get(activation.patient_id) ?? null;
      return { activation, patient, unit: unitOf(patient, units) };
    });
}

/** Who was taken over lately, the last first: while the desk still shows them, their papers can be finished. */
export function takenBy(activations: Rows<Activation>, patients: Rows<Patient>, units: Rows<Unit>, centerId: string | null): readonly Tile[] {
  return [...activations.values()]
    .filter((one) => one.center_id === centerId && one.phase === "accepted")
    .sort((a, b) => (b.accepted_at ?? "").localeCompare(a.accepted_at ?? ""))
    .map((activation) => {
      const patient = patients.get(activation.patient_id) ?? null;
      return { activation, patient, unit: unitOf(patient, units) };
    });
}

function onWall(activation: Activation, nowMs: number): boolean {
  if (LIVE.has(activation.phase) || ENDED_UNSEEN.has(activation.phase)) return true;
  return activation.phase === "accepted" && activation.accepted_at !== null && nowMs - Date.parse(activation.accepted_at) < ACCEPTED_STAYS_MS;
}

function unitOf(patient: Patient | null, units: Rows<Unit>): Unit | null {
  if (patient?.assignment_id == null) return null;
  return [...units.values()].find((unit) => [unit.assignment_id, unit.last_assignment_id].includes(patient.assignment_id)) ?? null;
}

/** What must be acknowledged first: escalated, then in the order in which it was sent. */
export function attention(tiles: readonly Tile[], nowMs: number): readonly Tile[] {
  const urgent = (tile: Tile): number => (alarmOf(tile, nowMs) === "high" ? 0 : 1);
  const since = (tile: Tile): number => Date.parse(tile.activation.ended_at ?? tile.activation.sent_at);
  return tiles.filter(needsAnswer).sort((a, b) => urgent(a) - urgent(b) || since(a) - since(b) || a.activation.id.localeCompare(b.activation.id));
}

export function needsAnswer(tile: Tile): boolean {
  return UNANSWERED.has(tile.activation.phase) || ENDED_UNSEEN.has(tile.activation.phase);
}

export function hasEnded(tile: Tile): boolean {
  return ENDED_UNSEEN.has(tile.activation.phase);
}

const PERI_ARREST: ReadonlySet<string> = new Set(["cardiac_arrest", "imminent_delivery"]);

/** How long a new demand of a patient who was answered sounds, and how long it stands on the tile. Server ms. */
const UPDATE_SOUNDS_MS = 15_000;
export const UPDATE_SHOWS_MS = 180_000;

/** Whether a reading or finding has lately asked this house for something that its alarm did not. */
export function asksForMore({ activation }: Tile, nowMs: number, withinMs: number): boolean {
  if (!LIVE.has(activation.phase) || activation.updated_at === null || activation.updated_with.length === 0) return false;
  return nowMs - Date.parse(activation.updated_at) < withinMs;
}

/** How loud one tile is. Sound is scarce: a new patient, a redirect or cancel, peri-arrest, and an answer that is overdue. */
export function alarmOf(tile: Tile, nowMs: number): AlarmLevel {
  const { activation } = tile;
  if (ENDED_UNSEEN.has(activation.phase)) return "medium";
  if (asksForMore(tile, nowMs, UPDATE_SOUNDS_MS)) return "medium";
  if (!UNANSWERED.has(activation.phase)) return "none";
  const overdue = nowMs > Date.parse(activation.acknowledge_by);
  return overdue || activation.early || conditionsOf(tile).some((one) => PERI_ARREST.has(one.code)) ? "high" : "medium";
}

/** The patient's conditions now, else those that the alarm was sent with. */
export function conditionsOf(tile: Tile): Activation["conditions"] {
  const now = tile.patient?.conditions ?? [];
  return now.length > 0 ? now : tile.activation.conditions;
}

export interface ArrivalView {
  readonly arriveMs: number | null;
  readonly low_s: number | null;
  readonly high_s: number | null;
  /** When this was computed, epoch ms on the server's clock. */
  readonly asOfMs: number;
}

/** The newest prediction for a tile: telemetry when it leads here, else what the alarm was sent with. */
export function arrivalOf(tile: Tile, eta: { readonly value: Eta; readonly atMs: number } | undefined): ArrivalView {
  const { activation } = tile;
  if (eta !== undefined && eta.value.to === `center:${activation.center_id}`) {
    const { arrive_at, low_s, high_s } = eta.value;
    return { arriveMs: arrive_at === null ? null : Date.parse(arrive_at), low_s, high_s, asOfMs: eta.atMs };
  }
  const sentMs = Date.parse(activation.sent_at);
  return { arriveMs: activation.eta_s === null ? null : sentMs + activation.eta_s * 1000, low_s: null, high_s: null, asOfMs: sentMs };
}

const BEFORE_DEPARTURE: ReadonlySet<string> = new Set(["assigned", "accepted", "en_route", "on_scene", "at_patient", "patient_loaded"]);

/**
 * Whether the drive to the centre has begun; a unit nobody sees counts as driving, for its countdown says its age. Before contact
 * nobody drives here yet: whose alarm was early has left when its unit is known.
 */
export function hasLeft(tile: Tile): boolean {
  return tile.unit === null ? !tile.activation.early : !BEFORE_DEPARTURE.has(tile.unit.status);
}

export type AgeBand =
  | { readonly kind: "newborn" | "infant" | "unknown" }
  | { readonly kind: "band"; readonly low: number; readonly high: number };

/** An age as a band of ten years: enough to prepare, too little to know who it is. */
export function ageBand(findings: Findings): AgeBand {
  const age: Finding | undefined = findings["age"];
  if (typeof age !== "object" || Array.isArray(age)) return { kind: "unknown" };
  const { value, unit } = age as Findings;
  if (typeof value !== "number") return { kind: "unknown" };
  if (unit === "days") return { kind: value <= 28 ? "newborn" : "infant" };
  const years = unit === "months" ? Math.floor(value / 12) : Math.floor(value);
  if (years < 1) return { kind: "infant" };
  const low = years < 10 ? 1 : Math.floor(years / 10) * 10;
  return { kind: "band", low, high: years < 10 ? 9 : low + 9 };
}
