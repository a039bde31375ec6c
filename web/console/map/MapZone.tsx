import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { RoadPanel } from "../roads/RoadPanel.tsx";
import { useDesk, type Desk } from "../store/desk.ts";
import { lang, t } from "../texts.ts";
import type { CityMap, Clicked } from "./CityMap.ts";
import { feedMap, lookAtIncident } from "./feed_map.ts";
import { ReachNote } from "./ReachNote.tsx";

type State = "loading" | "shown" | "no_webgl" | "failed";

const RETRY_MS = 2_000;

/** The map never holds the page up: it comes when it is ready; without WebGL, or while its file does not come, a sentence stands in its place. */
export function MapZone() {
  const desk = useDesk();
  const container = useRef<HTMLDivElement>(null);
  const map = useRef<CityMap | null>(null);
  const [state, setState] = useState<State>("loading");
  const [attempt, setAttempt] = useState(0);
  const city = desk.city.value;
  const again = state === "failed" && desk.link.state.value === "live";

  useEffect(() => {
    const element = container.current;
    if (element === null || city === null) return undefined;
    let left = false;
    const stops: (() => void)[] = [];
    const open = async (): Promise<void> => {
      const file = await mapFile();
      if (left) return;
      if (file === null) return setState("failed");
      const { CityMap: Map, hasWebGl } = file;
      if (!hasWebGl()) return setState("no_webgl");
      const opened = await Map.open(element, city, lang.peek(), t("console.map.label"));
      if (left) return opened.close();
      map.current = opened;
      stops.push(() => opened.close(), ...feedMap(desk, opened), opened.onClick((clicked) => click(desk, clicked), () => desk.selection.picking.peek() || desk.roads.mode.peek() !== null), effect(() => opened.say(lang.value, t("console.map.label"))), sized(element, opened));
      setState("shown");
    };
    void open();
    return () => {
      left = true;
      map.current = null;
      for (const stop of stops.toReversed()) stop();
    };
  }, [city, desk, attempt]);

  useEffect(() => {
    if (!again) return undefined;
    const retry = setTimeout(() => (setState("loading"), setAttempt(attempt + 1)), RETRY_MS);
    return () => clearTimeout(retry);
  }, [again, attempt]);

  return (
    <section class="zone map" data-zone="map" aria-label={t("console.zone.map")}>
      <div ref={container} class="map-canvas" />
      {state === "loading" && <p class="map-word" role="status">{t("console.map.loading")}</p>}
      {state === "no_webgl" && <p class="map-word" role="status">{t("console.map.no_webgl")}</p>}
      {state === "failed" && <p class="map-word" role="status">{t("console.map.failed")}</p>}
      {desk.selection.picking.value && <p class="map-picking" role="status">{t("console.place.picking")}</p>}
      {state === "shown" && <ReachNote />}
      {state === "shown" && (
        <div class="map-keys">
          <button type="button" aria-label={t("console.map.zoom_in")} onClick={() => map.current?.zoom(1)}>＋</button>
          <button type="button" aria-label={t("console.map.zoom_out")} onClick={() => map.current?.zoom(-1)}>－</button>
          {desk.selection.incidentId.value !== null && (
            <button type="button" onClick={() => {
              map.current?.follow();
              if (map.current !== null) lookAtIncident(desk, map.current);
            }}>{t("console.map.follow")}</button>
          )}
          <button type="button" aria-pressed={desk.reach.on.value} title="F10" onClick={() => desk.reach.toggle()}>{t("console.reach.key")}</button>
          <button type="button" onClick={() => map.current?.wholeCity()}>{t("console.map.whole_city")}</button>
          <button type="button" aria-expanded={desk.roads.open.value} onClick={() => (desk.roads.open.value = !desk.roads.open.value)}>{t("console.roads.title")} {desk.link.tables.measures.value.size || ""}</button>
        </div>
      )}
      <RoadPanel center={() => map.current?.center() ?? desk.city.value?.center ?? [0, 0]} />
    </section>
  );
}

/** The library and our layers, or null when the server went away before they came. */
async function mapFile(): Promise<typeof import("./CityMap.ts") | null> {
  try {
    return await import("./CityMap.ts");
  } catch (error) {
    if (error instanceof TypeError || (error instanceof Error && error.message.startsWith("Unable to preload CSS"))) return null; // the script, its style
    throw error;
  }
}

function sized(element: HTMLElement, map: CityMap): () => void {
  const observer = new ResizeObserver(() => map.resize());
  observer.observe(element);
  return () => observer.disconnect();
}

/** A click shows what was hit; while picking it says where the incident is. */
function click(desk: Desk, clicked: Clicked): void {
  const { selection } = desk;
  if (desk.roads.mode.value !== null && clicked.kind === "ground") return desk.roads.add(clicked.lon, clicked.lat);
  if (selection.picking.value && clicked.kind === "ground") {
    selection.picking.value = false;
    const incident = desk.link.tables.incidents.value.get(selection.incidentId.value ?? "");
    if (incident !== undefined) void desk.actions.locate(incident, { lon: clicked.lon, lat: clicked.lat, radius_m: 20, datum: "wgs84", source: "map_click" });
    return;
  }
  if (clicked.kind === "unit") selection.showUnit(clicked.id);
  if (clicked.kind === "incident") selection.showIncident(clicked.id);
}
