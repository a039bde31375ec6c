/** Closures and slow zones, calm below everything that moves; and the one that is being drawn. */
import type { ExpressionSpecification, GeoJSONSource, Map as GlMap } from "maplibre-gl";
import type { MeasureFeature, draftFeatures } from "../../roads/measures.ts";
import { PALETTE, token } from "../palette.ts";
import { FONT } from "../style.ts";

export class MeasureLayer {
  readonly #map: GlMap;

  constructor(map: GlMap) {
    this.#map = map;
    const colour: ExpressionSpecification = ["case", ["get", "closed"], token("--oi-vermilion"), token("--oi-orange")];
    const faint = (full: number): ExpressionSpecification => ["case", ["get", "waits"], full / 2, full];
    for (const id of ["measures", "measure-draft"]) map.addSource(id, { type: "geojson", data: { type: "FeatureCollection", features: [] } });
    const polygon: ExpressionSpecification = ["==", ["geometry-type"], "Polygon"];
    const line: ExpressionSpecification = ["==", ["geometry-type"], "LineString"];
    map.addLayer({ id: "measure-area", source: "measures", type: "fill", filter: polygon, paint: { "fill-color": colour, "fill-opacity": faint(0.1) } });
    map.addLayer({ id: "measure-edge", source: "measures", type: "line", filter: polygon, paint: { "line-color": colour, "line-width": 1.4, "line-opacity": faint(0.8), "line-dasharray": [4, 2] } });
    map.addLayer({ id: "measure-road", source: "measures", type: "line", filter: line, layout: { "line-cap": "butt" }, paint: { "line-color": colour, "line-width": 4, "line-opacity": faint(0.8), "line-dasharray": [1.2, 0.8] } });
    const word: ExpressionSpecification = ["get", "word"];
    const words = { "text-field": word, "text-font": FONT, "text-size": 12, "text-optional": true };
    const ink = { "text-color": token("--ink-soft"), "text-halo-color": PALETTE.labelHalo, "text-halo-width": 1.6 };
    map.addLayer({ id: "measure-area-word", source: "measures", type: "symbol", minzoom: 10, filter: polygon, layout: { ...words }, paint: ink });
    map.addLayer({ id: "measure-road-word", source: "measures", type: "symbol", minzoom: 12, filter: line, layout: { ...words, "symbol-placement": "line-center" }, paint: ink });
    map.addLayer({ id: "measure-draft-line", source: "measure-draft", type: "line", paint: { "line-color": token("--focus"), "line-width": 1.6, "line-dasharray": [3, 2] } });
    map.addLayer({ id: "measure-draft-corner", source: "measure-draft", type: "circle", filter: ["==", ["geometry-type"], "Point"], paint: { "circle-radius": 4.5, "circle-color": PALETTE.labelHalo, "circle-stroke-color": token("--focus"), "circle-stroke-width": 2 } });
  }

  show(features: MeasureFeature[]): void {
    void this.#map.getSource<GeoJSONSource>("measures")?.setData({ type: "FeatureCollection", features });
  }

  showDraft(features: ReturnType<typeof draftFeatures>): void {
    void this.#map.getSource<GeoJSONSource>("measure-draft")?.setData({ type: "FeatureCollection", features });
  }
}
