/** What the wall shows of a patient, in the words in which the desk compares it: dispatch/flow/door.py says the same. */
import { ageBand, type Tile } from "./tiles.ts";

export type DoorField = "call_sign" | "sex" | "age_band" | "code";

export function seenAtDoor(tile: Tile): Readonly<Record<DoorField, string>> {
  const findings = tile.patient?.findings ?? {};
  const band = ageBand(findings);
  const sex = findings["sex"];
  return {
    call_sign: tile.unit?.call_sign ?? "unknown",
    sex: sex === "male" || sex === "female" ? sex : "unknown",
    age_band: band.kind === "band" ? `${band.low}-${band.high}` : band.kind,
    code: tile.patient?.code ?? "unknown",
  };
}

/** The two ends of "60-69"; null for a band with a name of its own. */
export function bandCode(code: string): { readonly low: number; readonly high: number } | null {
  const [low, high] = code.split("-").map(Number);
  return low === undefined || high === undefined || Number.isNaN(low) ? null : { low, high };
}
