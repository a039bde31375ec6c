/** Keep the map true to the desk: each kind of thing is one effect on the signals it is made of. */
import { computed, effect, type ReadonlySignal } from "@preact/signals";
import { api, HttpRefused } from "@shared/api.ts";
import type { Assignment, Incident } from "@shared/rows.ts";
import type { Place } from "@shared/words.ts";
import { draftFeatures, inOrder, measureFeatures } from "../roads/measures.ts";
import { kindWord } from "../roads/words.ts";
import type { Desk } from "../store/desk.ts";
import { t } from "../texts.ts";
import type { CityMap } from "./CityMap.ts";
import { centerMarks, incidentMarks, unitMarks, type Chosen } from "./marks.ts";
import type { LineGeometry } from "./layers/selected.ts";

/** The route is drawn anew this often while the unit moves. */
const ROUTE_EVERY_MS = 10_000;

/** Start feeding; returns how to stop. */
export function feedMap(desk: Desk, map: CityMap): readonly (() => void)[] {
  const { incidents, units, centers } = desk.link.tables;
  const selected = computed(() => incidents.value.get(desk.selection.incidentId.value ?? "") ?? null);
  const chosen = computed(() => chosenOf(desk, selected.value));
  const route = computed(() => legOf(desk, selected.value));
  const fix = computed(() => selected.value?.place ?? null);
  const minute = computed(() => Math.floor(desk.now.value / 60_000) * 60_000 + 59_999); // a measure begins on the map within its minute
  const drawRoute = (): void => void askRoute(route.peek()).then((line) => map.selected.showRoute(line));
  const timer = setInterval(drawRoute, ROUTE_EVERY_MS);
  return [
    // The hour is read without following it: positions arrive every second anyway, and with them the ages.
    effect(() => map.marks.showUnits(unitMarks(units.value.values(), desk.positions.fixes.value, desk.link.serverNow(), chosen.value))),
    effect(() => map.marks.showIncidents(incidentMarks(incidents.value.values(), chosen.value))),
    effect(() => map.marks.showCenters(centerMarks(centers.value.values(), chosen.value))),
    effect(() => {
      const incident = selected.value?.phase === "closed" ? null : selected.value;
      const others = (incident?.estimate?.possible ?? []).slice(incident?.place?.confirmed === true ? 0 : 1);
      const told = (incident?.position_ids ?? []).flatMap((id) => desk.link.tables.positions.value.get(id) ?? []);
      const places = [...(incident?.place == null ? [] : [incident.place]), ...others, ...told.flatMap(({ alternatives }) => alternatives)];
      map.selected.showPlaces(places, told.flatMap(({ outline }) => (outline.length > 2 ? [outline] : [])));
    }),
    effect(() => map.picking(desk.selection.picking.value || desk.roads.mode.value !== null)),
    effect(() => map.measures.show(measureFeatures(inOrder(desk.link.tables.measures.value.values()), minute.value, (each, number) => `R${number} ${kindWord(each)}`))),
    effect(() => map.reach.show(desk.reach.areas.value, (minutes) => t("console.advice.minutes", { minutes }))),
    effect(() => map.measures.showDraft(draftFeatures(desk.roads.mode.value, desk.roads.points.value))),
    effect(() => {
      const target = desk.selection.flyTo.value;
      if (target === null) return;
      map.hold();
      map.lookAt(target.lon, target.lat);
    }),
    effect(() => {
      map.follow();
      if (desk.selection.incidentId.value !== null) requestAnimationFrame(() => requestAnimationFrame(() => lookAtIncident(desk, map)));
    }),
    follower(desk, map, fix),
    effect(() => {
      void route.value?.key;
      void desk.weights.value?.epoch;
      drawRoute();
    }),
    () => clearInterval(timer),
  ];
}

function activeRun(desk: Desk, incident: Incident | null): Assignment | null {
  const runs = (incident?.assignment_ids ?? []).flatMap((id) => desk.link.tables.assignments.value.get(id) ?? []);
  return runs.find(({ outcome }) => outcome === null) ?? null;
}

function chosenOf(desk: Desk, incident: Incident | null): Chosen {
  const { patients, assignments } = desk.link.tables;
  const runs = (incident?.assignment_ids ?? []).flatMap((id) => assignments.value.get(id) ?? []);
  const onIt = runs.filter(({ outcome }) => outcome === null).map(({ unit_id }) => unit_id);
  const unit = desk.selection.unitId.value;
  const destinations = (incident?.patient_ids ?? []).flatMap((id) => patients.value.get(id)?.center_id ?? []);
  return { incidentId: incident?.id ?? null, unitIds: new Set(unit === null ? onIt : [...onIt, unit]), centerIds: new Set(destinations) };
}

/** Look where the selected incident is now said to be: at its first position, later at one that is off the screen. Never from under a hand: not once the operator has chosen what the map shows, not while a click means the ground. */
function follower(desk: Desk, map: CityMap, fix: ReadonlySignal<Place | null>): () => void {
  let known: { readonly id: string | null; readonly located: boolean } = { id: null, located: false };
  return effect(() => {
    const [id, place] = [desk.selection.incidentId.value, fix.value];
    const first = known.id === id && !known.located;
    known = { id, located: place !== null };
    if (place === null || map.held || desk.selection.picking.peek() || desk.roads.mode.peek() !== null) return;
    if (first || !map.sees(place.lon, place.lat)) lookAtIncident(desk, map);
  });
}

/** Show scene, unit and destination together the moment an incident is selected. */
export function lookAtIncident(desk: Desk, map: CityMap): void {
  const incident = desk.link.tables.incidents.peek().get(desk.selection.incidentId.value ?? "");
  if (incident?.place == null) return;
  const run = incident.assignment_ids.map((id) => desk.link.tables.assignments.peek().get(id)).find((each) => each?.outcome === null);
  const fix = desk.positions.fixes.peek().get(run?.unit_id ?? "");
  const center = incident.patient_ids.map((id) => desk.link.tables.centers.peek().get(desk.link.tables.patients.peek().get(id)?.center_id ?? "")).find((each) => each !== undefined);
  const points: [number, number][] = [[incident.place.lon, incident.place.lat]];
  if (fix !== undefined) points.push([fix.lon, fix.lat]);
  if (center !== undefined) points.push([center.lon, center.lat]);
  map.lookAtAll(points);
}

interface Leg {
  /** Changes when the unit or its goal does. */
  readonly key: string;
  readonly from: () => readonly [number, number] | null;
  readonly to: readonly [number, number];
}

const TO_SCENE = new Set(["assigned", "accepted", "en_route"]);
const TO_CENTER = new Set(["patient_loaded", "transporting"]);

/** The road that the selected incident's unit drives now: to the scene, then to the centre; none while it stands. */
function legOf(desk: Desk, incident: Incident | null): Leg | null {
  const run = activeRun(desk, incident);
  const unit = desk.link.tables.units.value.get(run?.unit_id ?? "");
  if (incident === null || unit === undefined) return null;
  const center = incident.patient_ids.map((id) => desk.link.tables.centers.value.get(desk.link.tables.patients.value.get(id)?.center_id ?? "")).find((each) => each !== undefined);
  const goal = TO_SCENE.has(unit.status) ? incident.place : TO_CENTER.has(unit.status) ? (center ?? null) : null;
  if (goal === null) return null;
  const from = (): readonly [number, number] | null => {
    const fix = desk.positions.fixes.peek().get(unit.id);
    return fix === undefined ? null : [fix.lon, fix.lat];
  };
  return { key: `${unit.id} ${goal.lon} ${goal.lat}`, from, to: [goal.lon, goal.lat] };
}

async function askRoute(leg: Leg | null): Promise<LineGeometry | null> {
  const from = leg?.from() ?? null;
  if (leg === null || from === null) return null;
  try {
    const { geometry } = await api<{ geometry: LineGeometry | null }>(`/api/route?from=${from.join()}&to=${leg.to.join()}`);
    return geometry;
  } catch (error) {
    if (error instanceof HttpRefused || error instanceof TypeError) return null;
    throw error;
  }
}
