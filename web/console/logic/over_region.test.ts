import { expect, test } from "vitest";
import type { OverRegion } from "@shared/answers.ts";
import { mostlyFirst, overRow } from "./over_region.ts";

const row = (id: string, first_share: number) => ({ id, expected_s: 60, worst_s: 90, reached_share: 1, first_share });
const region = (...rows: OverRegion["rows"]): OverRegion => ({ places: 1, radius_m: 500, choice_changes: rows.length > 1, roadless_share: 0, rows });

test("the centre named is first at most of the places, not on average", () => {
  expect(mostlyFirst(region(row("U001", 0.3), row("U002", 0.7)))?.id).toBe("U002");
});

test("where nobody has a way, nobody is named", () => {
  expect(mostlyFirst(region(row("U001", 0)))).toBeUndefined();
  expect(mostlyFirst(region())).toBeUndefined();
});

test("a known place has no row", () => {
  expect(overRow(null, "U001")).toBeUndefined();
  expect(overRow(region(row("U001", 1)), "U002")).toBeUndefined();
});
