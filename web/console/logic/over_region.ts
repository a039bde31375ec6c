/** What is known about the choice while the place is only a region. */
import type { OverRegion } from "@shared/answers.ts";

export type OverRow = OverRegion["rows"][number];

export function overRow(region: OverRegion | null, id: string): OverRow | undefined {
  return region?.rows.find((row) => row.id === id);
}

/** Whoever is first at most of the possible places; undefined when nobody has a way to any. */
export function mostlyFirst(region: OverRegion): OverRow | undefined {
  const best = region.rows.reduce<OverRow | undefined>((most, row) => (row.first_share > (most?.first_share ?? 0) ? row : most), undefined);
  return best;
}
