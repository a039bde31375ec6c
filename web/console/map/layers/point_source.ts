/** A source of points that is kept true by differences: what did not change is not sent to the worker again. */
import type { GeoJSONSource, Map as GlMap } from "maplibre-gl";
import { byId, diffFeatures, isEmpty, type Features, type PointFeature } from "../diff.ts";

export class PointSource {
  readonly #map: GlMap;
  readonly #id: string;
  #shown: Features = new Map();

  constructor(map: GlMap, id: string) {
    this.#map = map;
    this.#id = id;
    map.addSource(id, { type: "geojson", promoteId: "id", data: { type: "FeatureCollection", features: [] } });
  }

  show(features: Iterable<PointFeature>): void {
    const next = byId(features);
    const diff = diffFeatures(this.#shown, next);
    this.#shown = next;
    if (isEmpty(diff)) return;
    void this.#map.getSource<GeoJSONSource>(this.#id)?.updateData(diff);
  }
}
