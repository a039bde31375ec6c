/**
 * The server's clock as a page sees it. It may run faster than real time in a simulated day, so a page never uses its own
 * clock for deadlines: now = server_time + (page time − page time of the measurement) × speed.
 */

export interface ClockAnchor {
  /** Epoch ms of the server at the moment `pageMs`. */
  readonly serverMs: number;
  /** `performance.now()` of this page, or `Date.now()` when the anchor was restored from storage. */
  readonly pageMs: number;
  readonly speed: number;
  /** Half the round trip of the measurement, in real ms: how wrong it can be. */
  readonly uncertaintyMs: number;
}

export function serverNowMs(anchor: ClockAnchor, pageMs: number): number {
  return anchor.serverMs + (pageMs - anchor.pageMs) * anchor.speed;
}

/** Take the server's answer as made halfway through the round trip. */
export function measured(serverMs: number, sentMs: number, receivedMs: number, speed: number): ClockAnchor {
  const half = Math.max(0, receivedMs - sentMs) / 2;
  return { serverMs: serverMs + half * speed, pageMs: receivedMs, speed, uncertaintyMs: half };
}

/** Real ms after which an older, better measurement gives way: crystals drift. */
const ANCHOR_KEEPS_MS = 60_000;

/** Keep the measurement with the shorter round trip unless it is old or the speed changed. */
export function betterAnchor(old: ClockAnchor | null, fresh: ClockAnchor): ClockAnchor {
  if (old === null || old.speed !== fresh.speed) return fresh;
  if (fresh.pageMs - old.pageMs > ANCHOR_KEEPS_MS) return fresh;
  return fresh.uncertaintyMs <= old.uncertaintyMs ? fresh : old;
}
