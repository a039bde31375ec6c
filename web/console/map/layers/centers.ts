/** Hospitals, with their names from near; the chosen one always. */
import type { Map as GlMap } from "maplibre-gl";
import { PALETTE, token } from "../palette.ts";
import { FONT } from "../style.ts";
import { PointSource } from "./point_source.ts";

export function addCenters(map: GlMap): PointSource {
  const source = new PointSource(map, "centers");
  map.addLayer({
    id: "center-chosen", source: "centers", type: "circle", filter: ["get", "chosen"],
    paint: { "circle-radius": 14, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": token("--focus"), "circle-stroke-width": 2 },
  });
  map.addLayer({
    id: "center", source: "centers", type: "symbol",
    layout: {
      "icon-image": "center", "icon-size": ["interpolate", ["linear"], ["zoom"], 8, 0.45, 13, 0.8], "icon-allow-overlap": true,
      "text-field": ["step", ["zoom"], ["case", ["get", "chosen"], ["get", "name"], ""], 12, ["get", "name"]],
      "text-font": FONT, "text-size": 12, "text-anchor": "top", "text-offset": [0, 0.8], "text-optional": true, "text-max-width": 9,
    },
    paint: { "text-color": token("--ink-soft"), "text-halo-color": PALETTE.labelHalo, "text-halo-width": 1.6 },
  });
  return source;
}
