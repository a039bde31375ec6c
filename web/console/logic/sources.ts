/** How the sources of a location are numbered on the screen and the command line: 1, 2, and 3-1, 3-2 where words mean several places. Pure. */
import type { Position } from "@shared/location.ts";
import type { Incident } from "@shared/rows.ts";
import type { Place } from "@shared/words.ts";

export interface NumberedPlace {
  readonly name: string;
  /** The source and which of its places, as `choose-source` wants them: `ID/0`. */
  readonly id: string;
  readonly place: Place;
}

/** What the ``nth`` of some ``places`` of the source in place ``at`` is called, both counted from 0. */
export function sourceName(at: number, nth: number, places: number): string {
  return places === 1 ? String(at + 1) : `${at + 1}-${nth + 1}`;
}

export function sourceNumbers(incident: Pick<Incident, "position_ids"> | undefined, positions: ReadonlyMap<string, Position>): readonly NumberedPlace[] {
  const rows = (incident?.position_ids ?? []).flatMap((id) => positions.get(id) ?? []);
  return rows.flatMap((row, at) => {
    const places = [row.place, ...row.alternatives];
    return places.map((place, nth) => ({ name: sourceName(at, nth, places.length), id: `${row.id}/${nth}`, place }));
  });
}
