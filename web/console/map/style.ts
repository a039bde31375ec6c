/** The base map's style: our own vector tiles, no glyph or sprite server, names in the language of the screen. */
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Lang } from "@shared/words.ts";
import { PALETTE } from "./palette.ts";

const SOURCE = "base";
export const FONT = ["Noto Sans CJK SC", "sans-serif"];

/** Names are Chinese in the data; `name_en` where somebody wrote one. */
export function nameIn(lang: Lang): ExpressionSpecification {
  return lang === "zh" ? ["coalesce", ["get", "name"], ["get", "name_en"]] : ["coalesce", ["get", "name_en"], ["get", "name"]];
}

/** Layers whose text follows the language. */
export const NAMED_LAYERS = ["district-name", "place-name", "road-name", "water-name", "poi-name"] as const;

export function baseStyle(tiles: string, lang: Lang): StyleSpecification {
  return {
    version: 8,
    sources: { [SOURCE]: { type: "vector", tiles: [tiles], minzoom: 6, maxzoom: 14 } },
    layers: [{ id: "land", type: "background", paint: { "background-color": PALETTE.land } }, ...ground(), ...roads(), ...names(lang)],
  };
}

function ground(): LayerSpecification[] {
  return [
    { id: "green", source: SOURCE, "source-layer": "green", type: "fill", paint: { "fill-color": ["match", ["get", "class"], "hospital", PALETTE.hospitalGrounds, PALETTE.green] } },
    { id: "water", source: SOURCE, "source-layer": "water", type: "fill", paint: { "fill-color": PALETTE.water } },
    { id: "waterway", source: SOURCE, "source-layer": "waterway", type: "line", paint: { "line-color": PALETTE.water, "line-width": ["interpolate", ["linear"], ["zoom"], 9, 1, 14, 3] } },
    { id: "building", source: SOURCE, "source-layer": "building", type: "fill", minzoom: 14, paint: { "fill-color": PALETTE.building } },
    { id: "district", source: SOURCE, "source-layer": "district", type: "line", paint: { "line-color": PALETTE.district, "line-dasharray": [3, 3], "line-width": 0.8 } },
    { id: "rail", source: SOURCE, "source-layer": "rail", type: "line", minzoom: 12, paint: { "line-color": PALETTE.rail, "line-width": 1 } },
  ];
}

interface RoadClass {
  readonly id: keyof typeof PALETTE.roads;
  readonly classes: readonly string[];
  /** Width in pixels at zoom 10, 14 and 18. */
  readonly widths: readonly [number, number, number];
  readonly minzoom: number;
}

const ROADS: readonly RoadClass[] = [
  { id: "minor", classes: ["residential", "unclassified", "living_street", "service", "pedestrian", "busway", "track"], widths: [0.2, 1.6, 10], minzoom: 12 },
  { id: "tertiary", classes: ["tertiary", "tertiary_link"], widths: [0.5, 3, 14], minzoom: 11 },
  { id: "secondary", classes: ["secondary", "secondary_link"], widths: [0.8, 4, 17], minzoom: 10 },
  { id: "primary", classes: ["primary", "primary_link"], widths: [1, 5, 20], minzoom: 8 },
  { id: "trunk", classes: ["trunk", "trunk_link", "motorway", "motorway_link"], widths: [1.4, 5.5, 22], minzoom: 6 },
];

function roads(): LayerSpecification[] {
  return ROADS.map(({ id, classes, widths, minzoom }): LayerSpecification => ({
    id: `road-${id}`,
    source: SOURCE,
    "source-layer": "road",
    type: "line",
    minzoom,
    filter: ["in", ["get", "class"], ["literal", [...classes]]],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: { "line-color": PALETTE.roads[id], "line-width": ["interpolate", ["exponential", 1.4], ["zoom"], 7, widths[0] * 0.5, 10, widths[0], 14, widths[1], 18, widths[2]] },
  }));
}

const halo = { "text-halo-color": PALETTE.labelHalo, "text-halo-width": 1.4 } as const;

function names(lang: Lang): LayerSpecification[] {
  const name = nameIn(lang);
  return [
    {
      id: "water-name", source: SOURCE, "source-layer": "waterway", type: "symbol", minzoom: 12, layout: { "symbol-placement": "line", "text-field": name, "text-font": FONT, "text-size": 11 },
      paint: { "text-color": "#6f8496", ...halo },
    },
    {
      id: "road-name", source: SOURCE, "source-layer": "road", type: "symbol", minzoom: 11,
      filter: ["in", ["get", "class"], ["literal", ["motorway", "trunk", "primary", "secondary", "tertiary", "residential", "unclassified"]]],
      layout: { "symbol-placement": "line", "text-field": name, "text-font": FONT, "text-size": ["interpolate", ["linear"], ["zoom"], 12, 10, 16, 13], "symbol-spacing": 320 },
      paint: { "text-color": PALETTE.labelFaint, ...halo },
    },
    {
      id: "poi-name", source: SOURCE, "source-layer": "poi", type: "symbol", minzoom: 13,
      filter: ["in", ["get", "class"], ["literal", ["water",  "subway_station", "railway_station", "university", "school", "mall", "park", "bridge"]]],
      layout: { "text-field": name, "text-font": FONT, "text-size": 11, "text-max-width": 7 },
      paint: { "text-color": PALETTE.labelFaint, ...halo },
    },
    {
      id: "place-name", source: SOURCE, "source-layer": "place", type: "symbol", minzoom: 10, maxzoom: 15,
      filter: ["in", ["get", "class"], ["literal", ["city", "town", "suburb", "quarter", "neighbourhood", "village"]]],
      layout: { "text-field": name, "text-font": FONT, "text-size": ["match", ["get", "class"], "city", 16, "town", 14, "suburb", 13, 11], "text-max-width": 7 },
      paint: { "text-color": PALETTE.label, ...halo },
    },
    {
      id: "district-name", source: SOURCE, "source-layer": "place", type: "symbol", minzoom: 8, maxzoom: 13, filter: ["in", ["get", "class"], ["literal", ["district", "county"]]],
      layout: { "text-field": name, "text-font": FONT, "text-size": 14, "text-letter-spacing": 0.1 },
      paint: { "text-color": PALETTE.label, ...halo },
    },
  ];
}
