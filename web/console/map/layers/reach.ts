/** What is reached in some minutes: calm outlines below everything else, the shorter time drawn full, the longer one dashed. */
import type { GeoJSONSource, Map as GlMap } from "maplibre-gl";
import type { ReachAreas } from "../../store/reach.ts";
import { PALETTE, token } from "../palette.ts";
import { FONT } from "../style.ts";

const NOTHING = { type: "FeatureCollection", features: [] } as const;

export class ReachLayer {
  readonly #map: GlMap;

  constructor(map: GlMap) {
    this.#map = map;
    map.addSource("reach", { type: "geojson", data: { ...NOTHING, features: [] } });
    map.addLayer({ id: "reach-fill", source: "reach", type: "fill", paint: { "fill-color": token("--oi-sky"), "fill-opacity": 0.05 } });
    map.addLayer({ id: "reach-line", source: "reach", type: "line", filter: ["get", "nearest"], paint: { "line-color": token("--oi-sky"), "line-width": 1.6, "line-opacity": 0.85 } });
    map.addLayer({ id: "reach-line-far", source: "reach", type: "line", filter: ["!", ["get", "nearest"]], paint: { "line-color": token("--oi-sky"), "line-width": 1.3, "line-opacity": 0.7, "line-dasharray": [4, 3] } });
    map.addLayer({ id: "reach-word", source: "reach", type: "symbol", layout: { "text-field": ["get", "word"], "text-font": FONT, "text-size": 12, "symbol-placement": "line", "symbol-spacing": 400 }, paint: { "text-color": token("--oi-sky"), "text-halo-color": PALETTE.labelHalo, "text-halo-width": 1.6 } });
  }

  show(areas: ReachAreas | null, word: (minutes: number) => string): void {
    const least = Math.min(...(areas?.features ?? []).map(({ properties }) => properties.minutes));
    const features = (areas?.features ?? []).map(({ type, geometry, properties: { minutes } }) => ({ type, geometry, properties: { nearest: minutes === least, word: word(minutes) } }));
    void this.#map.getSource<GeoJSONSource>("reach")?.setData({ type: "FeatureCollection", features });
  }
}
