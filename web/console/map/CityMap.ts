/** The map of one city: the base map and areas in GL, what moves on a canvas above it. It knows points and clicks, nothing of the desk. */
import { AttributionControl, Map as GlMap, ScaleControl, setWorkerUrl, type MapMouseEvent } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import "maplibre-gl/dist/maplibre-gl.css";
import type { Lang } from "@shared/words.ts";
import type { CityFacts } from "../store/desk.ts";
import { MeasureLayer } from "./layers/measures.ts";
import { ReachLayer } from "./layers/reach.ts";
import { SelectedLayer } from "./layers/selected.ts";
import { MarkLayer, type Kind } from "./mark_layer.ts";
import { baseStyle, NAMED_LAYERS, nameIn } from "./style.ts";

setWorkerUrl(workerUrl);

export type Clicked =
  | { readonly kind: Kind; readonly id: string }
  | { readonly kind: "ground"; readonly lon: number; readonly lat: number };

/** Close enough to read house blocks, far enough to see where the units come from. */
const LOOK_ZOOM = 14;

export class CityMap {
  readonly marks: MarkLayer;
  readonly selected: SelectedLayer;
  readonly measures: MeasureLayer;
  readonly reach: ReachLayer;
  readonly #map: GlMap;
  readonly #bounds: [number, number, number, number];
  #held = false;

  private constructor(map: GlMap, bounds: [number, number, number, number]) {
    this.#map = map;
    this.#bounds = bounds;
    this.reach = new ReachLayer(map);
    this.measures = new MeasureLayer(map);
    this.selected = new SelectedLayer(map);
    this.marks = new MarkLayer(map);
    map.on("movestart", (event) => {
      if (event.originalEvent !== undefined) this.#held = true;
    });
    map.on("moveend", () => (map.getContainer().dataset["center"] = map.getCenter().toArray().join()));
  }

  /** Whether the operator has chosen what the map shows since `follow`: then nothing else moves it. */
  get held(): boolean {
    return this.#held;
  }

  hold(): void {
    this.#held = true;
  }

  /** Another incident is looked at: the map may move by itself again. */
  follow(): void {
    this.#held = false;
  }

  /** Whether a point is on the screen. */
  sees(lon: number, lat: number): boolean {
    return this.#map.getBounds().contains([lon, lat]);
  }

  /** Build a map in `container`; resolves when the style is there and things can be put on it. */
  static open(container: HTMLElement, city: CityFacts, lang: Lang, label: string): Promise<CityMap> {
    const bounds: [number, number, number, number] = [...city.bbox];
    const map = new GlMap({
      container,
      style: baseStyle(`${location.origin}/tiles/{z}/{x}/{y}.mvt`, lang),
      center: [...city.center],
      zoom: 11,
      minZoom: 7,
      maxZoom: 18,
      localIdeographFontFamily: "'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif",
      attributionControl: false,
      locale: { "Map.Title": label },
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new AttributionControl({ compact: false, customAttribution: escaped(city.attribution) }), "bottom-right");
    map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
    return new Promise((resolve) => map.once("load", () => resolve(new CityMap(map, bounds))));
  }

  close(): void {
    this.#map.remove();
  }

  /** Tell what was clicked; `ground` says that a click means the ground now, whatever stands there. */
  onClick(callback: (clicked: Clicked) => void, ground: () => boolean): () => void {
    const listener = (event: MapMouseEvent): void => callback(ground() ? onGround(event) : this.#clicked(event));
    this.#map.on("click", listener);
    return () => this.#map.off("click", listener);
  }

  /** While picking, a click means the ground, whatever stands there. */
  picking(on: boolean): void {
    this.#map.getCanvas().classList.toggle("is-picking", on);
  }

  say(lang: Lang, label: string): void {
    for (const layer of NAMED_LAYERS) this.#map.setLayoutProperty(layer, "text-field", nameIn(lang));
    this.#map.getCanvas().setAttribute("aria-label", label);
  }

  lookAt(lon: number, lat: number): void {
    this.#map.easeTo({ center: [lon, lat], zoom: Math.max(this.#map.getZoom(), LOOK_ZOOM), duration: 250 });
  }

  lookAtAll(points: readonly (readonly [number, number])[]): void {
    const lons = points.map(([lon]) => lon);
    const lats = points.map(([, lat]) => lat);
    const box: [number, number, number, number] = [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
    this.#map.resize(); // the panel that opened with the selection has taken its width by now
    this.#map.fitBounds(box, { padding: 70, maxZoom: LOOK_ZOOM + 0.5, duration: 250 });
  }

  center(): [number, number] {
    return this.#map.getCenter().toArray();
  }

  wholeCity(): void {
    this.hold();
    this.#map.fitBounds(this.#bounds, { duration: 250 });
  }

  zoom(step: number): void {
    this.hold();
    this.#map.easeTo({ zoom: this.#map.getZoom() + step, duration: 150 });
  }

  resize(): void {
    this.#map.resize();
  }

  #clicked(event: MapMouseEvent): Clicked {
    return this.marks.at(event.point.x, event.point.y) ?? onGround(event);
  }
}

function onGround(event: MapMouseEvent): Clicked {
  return { kind: "ground", lon: event.lngLat.lng, lat: event.lngLat.lat };
}

/** The attribution is set as HTML by the library; ours is plain text. */
function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

export function hasWebGl(): boolean {
  return document.createElement("canvas").getContext("webgl2") !== null;
}
