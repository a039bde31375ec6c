import { expect, it } from "vitest";
import type { Incident, Unit } from "@shared/rows.ts";
import { circle, incidentMarks, unitMarks } from "./marks.ts";

const chosen = { incidentId: "I", unitIds: new Set(["U"]), centerIds: new Set<string>() };
const unit = { id: "U", lon: 1, lat: 2, status: "en_route", call_sign: "急救037" } as Unit;
const now = Date.UTC(2026, 0, 1);
const fix = (seconds: number) => new Map([["U", { lon: 3, lat: 4, heading_deg: 91.6, fix_at: new Date(now - seconds * 1000).toISOString() }]]);

it("puts a unit at its fix, with its heading", () => {
  expect(unitMarks([unit], fix(5), now, chosen)).toEqual([
    { id: "U", lon: 3, lat: 4, chosen: true, status: "en_route", sign: "急救037", heading_deg: 91.6, stale: false, age: "" },
  ]);
});

it("dims an old fix and says how old it is; a parked unit stays where it was", () => {
  expect(unitMarks([unit], fix(84), now, chosen)[0]).toMatchObject({ stale: true, age: "80 s" });
  expect(unitMarks([{ ...unit, status: "available" }], fix(84), now, chosen)[0]).toMatchObject({ stale: false, age: "", heading_deg: 0 });
});

it("shows a unit that never reported at its station, dimmed", () => {
  expect(unitMarks([unit], new Map(), now, chosen)[0]).toMatchObject({ lon: 1, lat: 2, stale: true, age: "" });
});

it("leaves out what has no place or is over", () => {
  const incident = { id: "I", number: "E1", phase: "waiting", priority: "P1", place: { lon: 1, lat: 2 } } as Incident;
  expect(incidentMarks([incident, { ...incident, id: "J", place: null }, { ...incident, id: "K", phase: "closed" }], chosen)).toEqual([
    { id: "I", lon: 1, lat: 2, chosen: true, number: "E1", priority: "P1", waits: true },
  ]);
});

it("draws a circle whose radius is the fix's, to a metre", () => {
  const [lon, lat] = [116.4, 39.9];
  const metres = circle(lon, lat, 250).map(([x, y]) => {
    const rad = Math.PI / 180;
    const h = Math.sin(((y - lat) * rad) / 2) ** 2 + Math.cos(lat * rad) * Math.cos(y * rad) * Math.sin(((x - lon) * rad) / 2) ** 2;
    return 2 * 6_371_008.8 * Math.asin(Math.sqrt(h));
  });
  for (const distance of metres) expect(Math.abs(distance - 250)).toBeLessThan(1);
});
