/** Incidents: filled while nobody is on the way, a ring once somebody is. */
import type { ExpressionSpecification, Map as GlMap } from "maplibre-gl";
import { PALETTE, token } from "../palette.ts";
import { FONT } from "../style.ts";
import { PointSource } from "./point_source.ts";

export function addIncidents(map: GlMap): PointSource {
  const source = new PointSource(map, "incidents");
  const urgent: ExpressionSpecification = ["match", ["get", "priority"], "P1", token("--alarm-high"), "P2", token("--alarm-medium"), token("--ink-soft")];
  map.addLayer({
    id: "incident-chosen", source: "incidents", type: "circle", filter: ["get", "chosen"],
    paint: { "circle-radius": 17, "circle-color": "rgba(0,0,0,0)", "circle-stroke-color": token("--focus"), "circle-stroke-width": 2.5 },
  });
  map.addLayer({
    id: "incident", source: "incidents", type: "circle",
    paint: {
      "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 6, 13, 9],
      "circle-color": ["case", ["get", "waits"], urgent, PALETTE.labelHalo],
      "circle-stroke-color": ["case", ["get", "waits"], token("--ink"), urgent],
      "circle-stroke-width": ["case", ["get", "waits"], 2, 3],
    },
  });
  map.addLayer({
    id: "incident-number", source: "incidents", type: "symbol", minzoom: 10,
    layout: { "text-field": ["get", "number"], "text-font": FONT, "text-size": 12, "text-anchor": "bottom", "text-offset": [0, -1], "text-allow-overlap": true },
    paint: { "text-color": token("--ink"), "text-halo-color": PALETTE.labelHalo, "text-halo-width": 2 },
  });
  return source;
}
