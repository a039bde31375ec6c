import { expect, it } from "vitest";
import type { Findings } from "@shared/rows.ts";
import bands from "../../../tests/contracts/age_bands.json";
import { bandCode, seenAtDoor } from "./door.ts";
import type { Tile } from "./tiles.ts";

const tile = (findings: Findings): Tile => ({ patient: { findings, code: "P1" }, unit: { call_sign: "沪A-07" } }) as unknown as Tile;

it.each(bands as [Findings | null, string][])("tells the age %j in the desk's own words: %s", (age, band) => {
  expect(seenAtDoor(tile((age === null ? {} : { age }) as Findings)).age_band).toBe(band);
});

it("tells what stands on the tile, and what nobody knows as unknown", () => {
  expect(seenAtDoor(tile({ sex: "female" }))).toEqual({ call_sign: "沪A-07", sex: "female", age_band: "unknown", code: "P1" });
  expect(seenAtDoor({ patient: null, unit: null } as unknown as Tile)).toEqual({ call_sign: "unknown", sex: "unknown", age_band: "unknown", code: "unknown" });
  expect(bandCode("60-69")).toEqual({ low: 60, high: 69 });
  expect(bandCode("newborn")).toBeNull();
});
