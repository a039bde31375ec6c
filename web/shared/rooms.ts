/** How a centre's rooms stand, as `dispatch/views/have.py` reads them: its own word while that is valid, else what follows from what runs. Pure. */
import type { Activation, Center, Reservation, ResourceState } from "./rows.ts";
import type { Iso } from "./words.ts";

export type RoomState = "ready" | "held" | "in_use" | "busy" | "down";

export interface Room {
  readonly resource: string;
  readonly state: RoomState;
  readonly count: number;
  readonly free: number;
  /** Until when the state holds, as far as anybody knows. */
  readonly until: Iso | null;
  /** The centre said something that has expired: what shows now follows from what runs alone. */
  readonly stale: boolean;
}

/** Which rooms belong to which capability; what a centre has counted or said is shown whatever it declares. */
const BY_CAPABILITY: readonly (readonly [string, readonly string[]])[] = [
  ["cath_lab", ["pci_24_7", "evt_24_7"]], ["ct", ["ct"]], ["or", ["trauma", "neurosurgery", "cardiac_surgery"]], ["obstetric_or", ["obstetric_or"]],
  ["delivery_room", ["obstetric_or"]], ["icu", ["icu"]], ["nicu", ["nicu"]], ["picu", ["picu"]], ["blood", ["blood_bank"]],
];
const NO_ROOMS: ReadonlySet<string> = new Set(["full", "diversion", "no_bed"]);
const NONE: ResourceState = { count: 1, holds: [], uses: [] };

/** What a centre says about a topic, while that is valid and says that something is not as usual. */
export function valid(center: Center, topic: string, nowMs: number): Center["statuses"][string] | null {
  const word = center.statuses[topic];
  return word === undefined || word.state === "open" || Date.parse(word.expires_at) <= nowMs ? null : word;
}

/** The holds that ran out and that nobody has renewed. */
export function lapsed({ reservations }: Activation): readonly Reservation[] {
  const held = new Set(reservations.filter((hold) => hold.ended === null).map((hold) => hold.resource));
  return reservations.filter((hold) => hold.ended === "expired" && !held.has(hold.resource));
}

export function roomsOf(center: Center, nowMs: number): readonly Room[] {
  const declared = BY_CAPABILITY.filter(([, any]) => any.some((each) => center.capabilities.includes(each))).map(([resource]) => resource);
  const known = [...Object.keys(center.resources), ...Object.keys(center.statuses).filter((topic) => !NO_ROOMS.has(topic))];
  return [...new Set([...declared, ...known])].map((resource) => roomOf(center, resource, nowMs));
}

export function roomOf(center: Center, resource: string, nowMs: number): Room {
  const { count, holds, uses } = center.resources[resource] ?? NONE;
  const empty = Math.max(0, count - uses.length);
  const free = Math.max(0, empty - holds.length);
  const word = center.statuses[resource];
  const now = valid(center, resource, nowMs);
  const said: RoomState | null = now?.state === "busy" ? "busy" : now?.state === "closed" ? "down" : null;
  const runs: RoomState = free > 0 ? "ready" : empty > 0 ? "held" : "in_use";
  const until = said !== null && now !== null ? now.expires_at : (runs === "in_use" ? uses.map((each) => each.until) : holds.map((each) => each.expires_at)).sort()[0] ?? null;
  return { resource, state: said ?? runs, count, free: said === null ? free : 0, until: said === null && runs === "ready" ? null : until, stale: word !== undefined && now === null && word.state !== "open" };
}
