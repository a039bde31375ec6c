/** What belongs to the selected incident: the circle of its fix, and the road that its unit drives. */
import type { GeoJSONSource, Map as GlMap } from "maplibre-gl";
import type { Place } from "@shared/words.ts";
import { circle } from "../marks.ts";
import { token } from "../palette.ts";

export interface LineGeometry {
  readonly type: "LineString";
  readonly coordinates: [number, number][];
}

const NOTHING = { type: "FeatureCollection", features: [] } as const;

export class SelectedLayer {
  readonly #map: GlMap;

  constructor(map: GlMap) {
    this.#map = map;
    map.addSource("fix-circle", { type: "geojson", data: { ...NOTHING, features: [] } });
    map.addSource("route", { type: "geojson", data: { ...NOTHING, features: [] } });
    map.addLayer({ id: "fix-fill", source: "fix-circle", type: "fill", paint: { "fill-color": token("--focus"), "fill-opacity": 0.08 } });
    map.addLayer({ id: "fix-line", source: "fix-circle", type: "line", paint: { "line-color": token("--focus"), "line-width": 1.2, "line-dasharray": [3, 2] } });
    map.addLayer({ id: "route-case", source: "route", type: "line", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": "#0b1015", "line-width": 7 } });
    map.addLayer({ id: "route-line", source: "route", type: "line", layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": token("--focus"), "line-width": 3.5 } });
  }

  /** The fix, every other place where it may be, and the outlines that sources told. */
  showPlaces(places: readonly Pick<Place, "lon" | "lat" | "radius_m">[], outlines: readonly (readonly (readonly [number, number])[])[]): void {
    const rings = [...places.map((each) => circle(each.lon, each.lat, each.radius_m)), ...outlines.map((each) => [...each, ...each.slice(0, 1)].map(([lon, lat]): [number, number] => [lon, lat]))];
    const features = rings.map((ring) => ({ type: "Feature" as const, properties: {}, geometry: { type: "Polygon" as const, coordinates: [ring] } }));
    void this.#map.getSource<GeoJSONSource>("fix-circle")?.setData({ type: "FeatureCollection", features });
  }

  showRoute(geometry: LineGeometry | null): void {
    const line = geometry === null ? [] : [{ type: "Feature" as const, properties: {}, geometry }];
    void this.#map.getSource<GeoJSONSource>("route")?.setData({ type: "FeatureCollection", features: line });
  }
}
