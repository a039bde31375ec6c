/** The fleet: dots from afar, shapes with their heading from near. */
import type { ExpressionSpecification, Map as GlMap } from "maplibre-gl";
import { STATUS_ORDER } from "../../logic/unit_filter.ts";
import { STATUS_SHAPES } from "../../ui/status_shapes.ts";
import { PALETTE, token } from "../palette.ts";
import { FONT } from "../style.ts";
import { unitImage } from "../symbols.ts";
import { PointSource } from "./point_source.ts";

/** From this zoom on a unit is a shape. */
const SHAPES_FROM = 12;
const dimmed: ExpressionSpecification = ["case", ["get", "stale"], 0.45, 1];

export const UNIT_LAYERS = ["unit-dot", "unit-shape"] as const;

export function addUnits(map: GlMap): PointSource {
  const source = new PointSource(map, "units");
  const colour = ["match", ["get", "status"], ...STATUS_ORDER.flatMap((status) => [status, token(STATUS_SHAPES[status].colour)]), token("--ink-soft")] as unknown as ExpressionSpecification;
  map.addLayer({
    id: "unit-ring", source: "units", type: "circle", filter: ["get", "chosen"],
    paint: { "circle-radius": 13, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": token("--focus"), "circle-stroke-width": 2 },
  });
  map.addLayer({
    id: "unit-dot", source: "units", type: "circle", maxzoom: SHAPES_FROM,
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 2.5, 12, 4.5], "circle-color": colour, "circle-opacity": dimmed,
      "circle-stroke-color": PALETTE.labelHalo, "circle-stroke-width": 1, "circle-stroke-opacity": dimmed,
    },
  });
  map.addLayer({
    id: "unit-shape", source: "units", type: "symbol", minzoom: SHAPES_FROM,
    layout: {
      "icon-image": ["concat", unitImage("" as never), ["get", "status"]], "icon-rotate": ["get", "heading"], "icon-rotation-alignment": "map", "icon-allow-overlap": true,
      "text-field": ["step", ["zoom"], "", 13, ["format", ["get", "sign"], {}, ["case", ["==", ["get", "age"], ""], "", ["concat", "\n", ["get", "age"]]], { "font-scale": 0.85 }]],
      "text-font": FONT, "text-size": 11, "text-anchor": "top", "text-offset": [0, 0.9], "text-optional": true,
    },
    paint: { "icon-opacity": dimmed, "text-opacity": dimmed, "text-color": token("--ink"), "text-halo-color": PALETTE.labelHalo, "text-halo-width": 1.4 },
  });
  return source;
}
