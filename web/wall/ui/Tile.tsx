/** One incoming patient, read from five metres: what, who, when, how, and what has to stand ready. */
import { age, hhmm, mmss, shortAge } from "@shared/format.ts";
import type { RegisterRow } from "@shared/answers.ts";
import type { Reservation } from "@shared/rows.ts";
import { doorNow } from "@shared/direct/model.ts";
import { planSteps, type PlanStep } from "@shared/plan.ts";
import { SEVERITY } from "@shared/severity.ts";
import { readingOf, type Sign } from "@shared/readings.ts";
import { lapsed } from "@shared/rooms.ts";
import { both, lang } from "@shared/texts.ts";
import { isInfectious } from "@shared/isolation.ts";
import { ageBand, alarmOf, asksForMore, conditionsOf, hasEnded, hasLeft, needsAnswer, type Tile as TileRow, UPDATE_SHOWS_MS } from "../model/tiles.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";
import { DoorChip } from "./DoorCheck.tsx";
import { TeamLine } from "./TeamLine.tsx";
import { Wave } from "./Wave.tsx";

/** What is read first, the pressure before all. */
const SIGNS: readonly Sign[] = ["bp", "hr", "spo2", "rr"];
/** ETAs come every five seconds; older than this (real time) their age is shown. */
const ETA_STALE_MS = 20_000;

export function Tile({ wall, tile, place, compact, roomy, onEcg, onOpen }: { wall: Wall; tile: TileRow; place: number; compact: boolean; roomy: boolean; onEcg: (tile: TileRow) => void; onOpen: () => void }) {
  const { activation } = tile;
  const alarm = alarmOf(tile, wall.now.value);
  const moved = (wall.moved.value.get(activation.id) ?? 0) > performance.now();
  const flash = alarm === "high" ? "flash" : alarm === "medium" ? "flash-slow" : "";
  return (
    <li class={`tile ${flash} ${needsAnswer(tile) ? "waiting" : ""} ${hasEnded(tile) ? "ended" : ""}`} data-activation={activation.id} aria-label={name(tile)}>
      <div class="who">
        <p class="condition"><Condition tile={tile} /></p>
        <p class="person">{person(tile).map((part) => <span key={part}>{part}</span>)}</p>
        <p class="unit">
          <span class="call-sign">{tile.unit?.call_sign ?? "—"}</span>
          <span class={`phase ${activation.phase}`}>{t(`wall.phase.${activation.phase}`)}</span>
        </p>
        {isInfectious(tile.patient) && <p class="isolation">⚠ {t("wall.isolation")}</p>}
        {asksForMore(tile, wall.now.value, UPDATE_SHOWS_MS) && !compact && <p class="isolation">{t("wall.updated", { what: activation.updated_with.map((code) => t.code("team", code)).join(" ") })}</p>}
        {!compact && <Door tile={tile} onOpen={onOpen} />}
      </div>
      {hasEnded(tile) ? <Ended tile={tile} /> : (
        <>
          <Arrival wall={wall} tile={tile} moved={moved} />
          <ul class="vitals">{SIGNS.map((sign) => <Vital key={sign} wall={wall} tile={tile} sign={sign} />)}</ul>
          <Ready wall={wall} tile={tile} compact={compact} roomy={roomy} place={place} onEcg={onEcg} onOpen={onOpen} />
        </>
      )}
    </li>
  );
}

function name(tile: TileRow): string {
  const [first] = conditionsOf(tile);
  return `${first === undefined ? t("wall.condition.other") : t.code("wall.condition", first.code)} ${tile.patient?.code ?? ""}`;
}

/** 疑似 or 已确认 stands before every diagnosis. */
/** A longer condition stands smaller: it is read before everything else, whole. */
const CONDITION_FITS = 6;

function Condition({ tile }: { tile: TileRow }) {
  const [first, ...more] = conditionsOf(tile).filter((one) => one.code !== "other");
  if (first === undefined) return <strong>{t("wall.condition.other")}</strong>;
  const name = t.code("wall.condition", first.code);
  return (
    <>
      <span class={`certainty ${first.status}`}>{t(`wall.certainty.${first.status}`)}</span>
      <strong class={name.length > CONDITION_FITS ? "long" : ""}>{name}</strong>
      {more.length > 0 && <span class="more">+{more.length}</span>}
    </>
  );
}

/** Code, sex, age band: never a name. */
function person(tile: TileRow): readonly string[] {
  const findings = tile.patient?.findings ?? {};
  const sex = findings["sex"];
  const band = ageBand(findings);
  const years = band.kind === "band" ? t("age.band", { low: band.low, high: band.high }) : t(`age.${band.kind}`);
  return [tile.patient?.code ?? "—", sex === "male" || sex === "female" ? t(`wall.sex.${sex}`) : "", years].filter((part) => part !== "");
}

/** Where the stretcher goes and whether this house said so; a tap opens everything else about the patient. */
function Door({ tile, onOpen }: { tile: TileRow; onOpen: () => void }) {
  const { activation } = tile;
  const where = doorNow(activation);
  const confirmed = activation.chosen_door !== null;
  const { lines = [], photos = [] } = tile.patient ?? {};
  const more = [...(lines.length > 0 ? [t("wall.lines", { count: lines.length })] : []), ...(photos.length > 0 ? [t("wall.photos", { count: photos.length })] : [])];
  return (
    <button type="button" class={`bypass ${where === "ed" ? "none" : ""} ${confirmed ? "confirmed" : ""}`} onClick={onOpen}>
      {where === "ed" ? t("wall.to_ed") : t("wall.bypass", { place: t.code("place", where) })}{confirmed && " ✓"} <small>{more.length === 0 ? "…" : more.join(" · ")}</small>
    </button>
  );
}

/** The countdown runs between predictions and says how wide and how old they are. */
function Arrival({ wall, tile, moved }: { wall: Wall; tile: TileRow; moved: boolean }) {
  const { activation } = tile;
  if (activation.arrived_at !== null) {
    return <div class="arrival here"><p class="eta-label">{t("activation.arrived")}</p><p class="eta">{hhmm(activation.arrived_at)}</p>{tile.patient?.handoff === null && activation.phase === "arrived" && <p class="eta-range">{t("wall.at_door_since", { time: mmss(Math.max(0, wall.now.value - Date.parse(activation.arrived_at))) })}</p>}</div>;
  }
  const arrival = wall.arrival(tile);
  if (!hasLeft(tile)) return <NotLeft driveS={arrival.low_s === null ? null : [arrival.low_s, arrival.high_s ?? arrival.low_s]} />;
  const now = wall.now.value;
  const ageMs = now - arrival.asOfMs;
  const stale = ageMs / wall.link.speed.value > ETA_STALE_MS;
  const left = arrival.arriveMs === null ? null : arrival.arriveMs - now;
  const range = arrival.low_s !== null && arrival.high_s !== null ? rangeOf(arrival.low_s - ageMs / 1000, arrival.high_s - ageMs / 1000) : null;
  return (
    <div class={`arrival ${stale ? "stale" : ""} ${moved ? "overtook" : ""}`}>
      <p class="eta-label">{moved ? <span class="moved">{t("wall.moved")}</span> : t("wall.eta")}</p>
      <p class="eta">{left === null ? "—" : left < 0 ? t("wall.eta.now") : mmss(left)}</p>
      <p class="eta-range">{stale ? t("wall.eta.as_of", { age: age(ageMs, lang.value) }) : (range ?? " ")}</p>
    </div>
  );
}

/** Nobody drives yet: no countdown, only how long the drive will be. */
function NotLeft({ driveS }: { driveS: readonly [number, number] | null }) {
  const range = driveS === null ? null : rangeOf(driveS[0], driveS[1]);
  return (
    <div class="arrival">
      <p class="eta-label">{t("wall.eta")}</p>
      <p class="eta not-left">{t("wall.eta.not_left")}</p>
      <p class="eta-range">{range === null ? " " : t("wall.eta.drive", { range })}</p>
    </div>
  );
}

function rangeOf(lowS: number, highS: number): string | null {
  if (highS < 60) return null;
  return t("wall.eta.range", { low: Math.max(0, Math.floor(lowS / 60)), high: Math.ceil(highS / 60) });
}

function Vital({ wall, tile, sign }: { wall: Wall; tile: TileRow; sign: Sign }) {
  const reading = readingOf(sign, tile.patient, wall.vitals.value.get(tile.activation.patient_id), wall.now.value, wall.link.speed.value);
  const quiet = reading === null || (reading.stale && !reading.byHand); // an old entry stays readable, dimmed and with its age
  const severity = SEVERITY[quiet ? "none" : reading.level];
  const label = `${t(`vital.${sign}`)} ${severity.mark}`;
  return (
    <li class={`vital ${severity.className} ${reading === null || reading.stale ? "stale" : ""}`}>
      <span class="vital-label">{label}{reading !== null && (reading.stale || reading.byHand) && <small> {reading.ageMs === null ? t("vital.earlier") : shortAge(reading.ageMs, lang.value)}</small>}</span>
      <span class="vital-value">{quiet ? "—" : reading.text}</span>
    </li>
  );
}

function Ended({ tile }: { tile: TileRow }) {
  const { activation } = tile;
  return (
    <div class="end">
      <p class="end-word">{t(activation.phase === "redirected" ? "wall.redirected" : "wall.cancelled")}</p>
      {activation.end_reason !== null && <p class="end-reason">{t.code("end.reason", activation.end_reason)}</p>}
      <p class="end-reason">{activation.crew_knows_at === null ? t("wall.crew_not") : t("wall.crew_read", { time: hhmm(activation.crew_knows_at) })}</p>
    </div>
  );
}

/** Steps of the plan that call nobody in this house. */
const NOT_OURS: ReadonlySet<string> = new Set(["telephone_cpr", "nearest_aed", "physician_ecg_read", "transfer_request"]);

/** What stands ready, the target that runs out first, the bound monitor's trace, and this tile's own next step. */
function Ready({ wall, tile, compact, roomy, place, onEcg, onOpen }: { wall: Wall; tile: TileRow; compact: boolean; roomy: boolean; place: number; onEcg: (tile: TileRow) => void; onOpen: () => void }) {
  const { activation, patient } = tile;
  const holds = activation.reservations.filter((hold) => hold.ended === null || hold.ended === "used");
  const bound = patient?.device_id != null;
  const hasEcg = patient !== null && patient.ecgs.length > 0;
  return (
    <div class="readiness">
      {!compact && (bound || hasEcg) && (
        <div class="traces">
          {bound && <Wave wall={wall} patientId={activation.patient_id} />}
          {hasEcg && <button type="button" class="chip ecg" aria-keyshortcuts={String(place)} onClick={() => onEcg(tile)}>{t("wall.ecg")}<small>{place}</small></button>}
        </div>
      )}
      <div class="chips">
        {lapsed(activation).map((hold) => <button key={hold.id} type="button" class="chip lapsed" onClick={() => void wall.ask("reserve-resource", { activation_id: activation.id, resource: hold.resource })}>{t.code("place", hold.resource)} <small>{t("hold.expired")} · {t("hold.again")}</small></button>)}
        {holds.slice(0, compact ? 1 : 2).map((hold) => <Hold key={hold.id} wall={wall} tile={tile} hold={hold} />)}
        <DoorChip wall={wall} tile={tile} />
        <NextStep wall={wall} tile={tile} />
        {compact && <button type="button" class="chip" aria-label={t("wall.patient", { patient: patient?.code ?? "—" })} onClick={onOpen}>…</button>}
      </div>
      <TeamLine wall={wall} tile={tile} roomy={roomy} />
      {/* Who was summoned says more than whom the plan names: where room is short, one of the two. */}
      {activation.summonses.length === 0 && <Plan wall={wall} tile={tile} shown={compact ? 1 : holds.length > 1 ? 2 : 3} />}
      {!compact && <Targets rows={wall.registers.value.get(activation.patient_id) ?? []} now={wall.now.value} />}
    </div>
  );
}

/** Whom this house calls, in order, each with its clock; what is done is ticked off and gives way. */
function Plan({ wall, tile, shown }: { wall: Wall; tile: TileRow; shown: number }) {
  const rows = wall.registers.value.get(tile.activation.patient_id) ?? [];
  const at = (point: string): string | null => rows.find((row) => row.point === point && row.at !== null)?.at ?? null;
  const ours = (tile.patient?.plan ?? []).filter((step) => !NOT_OURS.has(step.code));
  const open = planSteps(ours, at).filter((step) => step.doneAt === null);
  if (open.length === 0) return null;
  return (
    <ol class="plan" aria-label={t("plan.title")}>
      {open.slice(0, shown).map((step) => (
        <li key={step.code} class={step.dueMs !== null && step.dueMs < wall.now.value ? "over" : ""}>
          {step.order}. {t.code("team", step.code)} <span class="due">{whenDue(step)}</span>
        </li>
      ))}
    </ol>
  );
}

function whenDue(step: PlanStep): string {
  if (step.dueMs !== null) return t("plan.due", { time: hhmm(new Date(step.dueMs).toISOString()) });
  if (step.withinMin === 0) return t("plan.at_door");
  return step.since === "arrival_gate" ? t("plan.from_door", { min: step.withinMin }) : "";
}

function Hold({ wall, tile, hold }: { wall: Wall; tile: TileRow; hold: Reservation }) {
  const label = t.code("place", hold.resource);
  if (hold.ready_at !== null) return <span class="chip ready-chip">{label} ✓</span>;
  return (
    <button type="button" class="chip" onClick={() => void wall.ask("report-resource-ready", { activation_id: tile.activation.id, resource: hold.resource })}>
      {label} <small title={hold.because === null ? undefined : t.code("hold.why", hold.because)}>{hold.place === 0 ? t("wall.held") : t("hold.place", { place: hold.place })}</small>
    </button>
  );
}

/** The targets that run out first, of each minute the one that is next; one where room is short. */
function Targets({ rows, now }: { rows: readonly RegisterRow[]; now: number }) {
  const running = rows.flatMap((row) => (row.at === null && row.due_at !== null && row.status === "pending" ? [{ row, left: Date.parse(row.due_at) - now }] : []));
  return (
    <ul class="targets">
      {running.sort((a, b) => a.left - b.left).filter(({ row }, nth, all) => all.findIndex((other) => other.row.point === row.point) === nth).slice(0, 2).map(({ row, left }) => (
        <li key={row.point} class={`target ${left < 0 ? "over" : ""}`}>{both(row.label)} <strong>{mmss(left)}</strong></li>
      ))}
    </ul>
  );
}

function NextStep({ wall, tile }: { wall: Wall; tile: TileRow }) {
  const { activation } = tile;
  const ids = { activation_id: activation.id };
  if (activation.phase === "acknowledged") return <button type="button" class="step" onClick={() => void wall.ask("report-team-ready", ids)}>{t("wall.do.team_ready")}</button>;
  if (activation.phase === "arrived") return <button type="button" class="step" onClick={() => void wall.ask("accept-patient", ids)}>{t("wall.do.accept")}</button>;
  return null;
}
