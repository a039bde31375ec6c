/**
 * How much a gateway may say before the tablet stops listening: a box that says more than any monitor measures must not fill the storage
 * that the crew's own steps need. Pure.
 */

/** Bytes a second: twelve leads at 1,000 Hz are 24,000. */
const PER_S = 64_000;
/** What may come at once: minutes of a trace, after the tablet stood still. */
const AT_ONCE = 8_000_000;
/** What a message costs at least, however short: each is a row of its own. */
const LEAST = 2_000;

export class Room {
  #left = AT_ONCE;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** Whether a message of so many bytes is still taken. */
  take(bytes: number, nowMs: number): boolean {
    this.#left = Math.min(AT_ONCE, this.#left + ((nowMs - this.#atMs) / 1000) * PER_S);
    this.#atMs = nowMs;
    const cost = Math.max(bytes, LEAST);
    if (cost > this.#left) return false;
    this.#left -= cost;
    return true;
  }
}
