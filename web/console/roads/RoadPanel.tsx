import type { RoadMeasure } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { ageWord, whoWord } from "../words.ts";
import { hasBegun, inOrder } from "./measures.ts";
import { NewMeasure } from "./NewMeasure.tsx";
import { kindWord, momentWord, roadsWord } from "./words.ts";

/** Closures and slow zones: those that stand, each with its age, end and lift key; and a new one. */
export function RoadPanel({ center }: { readonly center: () => readonly [number, number] }) {
  const desk = useDesk();
  const measures = inOrder(desk.link.tables.measures.value.values());
  if (!desk.roads.open.value) return null;
  return (
    <section class="road-panel" aria-label={t("console.roads.title")}>
      <header>
        <h2>{t("console.roads.title")} <span class="tally">{measures.length}</span></h2>
        <button type="button" class="quiet small" onClick={() => {
          desk.roads.clear();
          desk.roads.open.value = false;
        }}>{t("ui.close")}</button>
      </header>
      {measures.length === 0 && <p class="nothing">{t("console.roads.none")}</p>}
      <ul class="scroll">{measures.map((measure, place) => <li key={measure.id}><Row measure={measure} number={place + 1} /></li>)}</ul>
      {desk.may("close-road") && <NewMeasure center={center} />}
      <Speeds />
      <Live />
    </section>
  );
}

/** Which speeds the travel times begin with, and how old they are. */
function Speeds() {
  const { weights, now } = useDesk();
  const speeds = weights.value?.speeds;
  if (speeds === undefined) return null;
  if (speeds.kind === "profile" || speeds.last_at === null) return <p class="faint road-speeds">{t("console.roads.speeds.profile")}</p>;
  return <p class="faint road-speeds">{t("console.roads.speeds.learned", { drives: speeds.drives, age: ageWord((now.value - Date.parse(speeds.last_at)) / 1000), vehicles: t.code("console.roads.vehicles", speeds.vehicles ?? "taxi") })}</p>;
}

/** What the own units' drives of the last hour change about them: how many spoke, of when, and by how much. */
function Live() {
  const { weights, now } = useDesk();
  const live = weights.value?.speeds.live;
  if (live === undefined) return null;
  if (live === null) return <p class="faint road-speeds">{t("console.roads.live.off")}</p>;
  if (live.newest_at === null || live.factors.length === 0) return <p class="faint road-speeds">{t("console.roads.live.none", { drives: live.drives })}</p>;
  const age = (at: string) => ageWord((now.value - Date.parse(at)) / 1000);
  return (
    <div class="faint road-speeds">
      <p>{t("console.roads.live.learned", { drives: live.drives, age: age(live.newest_at) })}</p>
      <ul>{live.factors.map((row) => <li key={row.what}>{t("console.roads.live.factor", { what: t.code("console.roads.live.on", row.what), factor: row.factor.toFixed(2), drives: Math.round(row.drives), age: row.newest_at === null ? "—" : age(row.newest_at) })}</li>)}</ul>
      {live.area_least !== null && live.area_most !== null && <p>{t("console.roads.live.areas", { areas: live.areas, least: live.area_least.toFixed(2), most: live.area_most.toFixed(2) })}</p>}
    </div>
  );
}

function Row({ measure, number }: { readonly measure: RoadMeasure; readonly number: number }) {
  const desk = useDesk();
  const now = desk.now.value;
  const unknown = desk.weights.value?.not_on_map.includes(measure.id) === true;
  return (
    <div class="road-row">
      <span class="task-no">R{number}</span>
      <div class="road-what">
        <strong>{kindWord(measure)}</strong> {roadsWord(measure)}
        <span class="faint"> · {measure.reason}</span>
        <div class="faint">
          {hasBegun(measure, now) ? ageWord((now - Date.parse(measure.begins)) / 1000) : t("console.roads.from", { time: momentWord(measure.begins, now) })}
          {" · "}
          {measure.ends === null ? t("console.roads.until_lifted") : t("console.roads.until", { time: momentWord(measure.ends, now) })}
          {" · "}{whoWord(measure.set_by, desk.link.tables.seats.value)}
        </div>
        {unknown && <div class="is-unverified">{t("console.roads.not_on_map")}</div>}
      </div>
      {desk.may("lift-road-measure") && <button type="button" class="small" data-roving={measure.id} aria-label={`${t("console.roads.lift")} R${number}`} onClick={() => void desk.actions.liftMeasure(measure, number)}>{t("console.roads.lift")}</button>}
    </div>
  );
}
