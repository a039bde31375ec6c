/** The order of the tiles: by arrival, but steady under the eye. A tile moves only when it is clearly earlier, and the move is shown. */

export interface Arrival {
  readonly id: string;
  /** Expected arrival, epoch ms on the server's clock; null while nobody knows. */
  readonly arriveMs: number | null;
}

/** Two arrivals closer than this keep their places: predictions wobble by as much. */
export const STEADY_MS = 60_000;

export interface Arranged {
  readonly order: readonly string[];
  /** Tiles that overtook others; being overtaken, coming and leaving are no moves of their own. */
  readonly moved: ReadonlySet<string>;
}

const when = (arrival: Arrival): number => arrival.arriveMs ?? Infinity;

/**
 * Keep the former order, let leavers go, and bubble a tile upward only past tiles that arrive at least `STEADY_MS` later.
 * Newcomers are inserted before the first tile that arrives later than they do.
 */
export function arranged(former: readonly string[], arrivals: readonly Arrival[]): Arranged {
  const byId = new Map(arrivals.map((one) => [one.id, one]));
  const kept = former.flatMap((id) => byId.get(id) ?? []);
  const { order: stayed, moved } = bubbled(kept);
  const fresh = arrivals.filter((one) => !former.includes(one.id)).sort((a, b) => when(a) - when(b) || a.id.localeCompare(b.id));
  const order = fresh.reduce(inserted, stayed);
  return { order: order.map((one) => one.id), moved };
}

function bubbled(kept: readonly Arrival[]): { order: Arrival[]; moved: Set<string> } {
  const order: Arrival[] = [];
  const moved = new Set<string>();
  for (const one of kept) {
    let at = order.length;
    for (let before = order[at - 1]; before !== undefined && when(before) - when(one) >= STEADY_MS; before = order[at - 1]) at--;
    if (at < order.length) moved.add(one.id);
    order.splice(at, 0, one);
  }
  return { order, moved };
}

function inserted(order: Arrival[], one: Arrival): Arrival[] {
  const at = order.findIndex((other) => when(other) > when(one));
  return at < 0 ? [...order, one] : [...order.slice(0, at), one, ...order.slice(at)];
}
