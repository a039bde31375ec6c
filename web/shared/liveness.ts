/** How alive a link is, and how long to wait before trying again. Pure: ages and chance are arguments. */

export type LinkState = "connecting" | "live" | "stale" | "offline";

export const PING_EVERY_MS = 5_000;
const STALE_AFTER_MS = 10_000;
const DEAD_AFTER_MS = 15_000;

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 15_000;

/** Judge an open link by the age of its last frame; "offline" means: close it and connect again. */
export function livenessOf(ageMs: number): "live" | "stale" | "offline" {
  if (ageMs < STALE_AFTER_MS) return "live";
  return ageMs < DEAD_AFTER_MS ? "stale" : "offline";
}

/** Back off exponentially with jitter, so that two hundred tablets do not come back in the same second. `chance` is in [0, 1). */
export function retryDelayMs(attempt: number, chance: number): number {
  const ceiling = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt, 10));
  return ceiling * (0.5 + chance / 2);
}
