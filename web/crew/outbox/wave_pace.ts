/**
 * Waveforms on a slow line: what happens now is shown as one thin lead, and the whole follows when there is room. Pure; the rules
 * are those of `dispatch/client/wave_pace.py`. A line is slow when a chunk waits longer than `SLOW_AFTER_MS` for its
 * acknowledgement, and free again when nothing is owed.
 */
import { NO_VALUE, TWELVE_LEADS, type WaveChunk } from "@shared/wave.ts";

/** assumed: the wall calls data late at 10 s; vitals must not wait behind waveforms until then */
export const SLOW_AFTER_MS = 3_000;
const THIN_HZ = 125;
/** Chunks sent and not acknowledged: four seconds of trace, so that a key that is tapped now never waits behind minutes of it. */
const IN_FLIGHT_MAX = 8;
const IN_FLIGHT_SLOW = 1;

export class WavePace {
  slow = false;
  #sent: readonly { readonly stream: string; readonly first: number; readonly atMs: number }[] = [];

  /** How many chunks may be sent now. */
  room(): number {
    return Math.max(0, (this.slow ? IN_FLIGHT_SLOW : IN_FLIGHT_MAX) - this.#sent.length);
  }

  sent(stream: string, first: number, nowMs: number): void {
    if (!this.#sent.some((one) => one.stream === stream && one.first === first)) this.#sent = [...this.#sent, { stream, first, atMs: nowMs }];
  }

  /** An acknowledgement covers all before it. */
  acked(stream: string, throughSample: number): void {
    this.#sent = this.#sent.filter((one) => one.stream !== stream || one.first > throughSample);
  }

  /** What was on its way is gone with its connection. */
  lost(): void {
    this.#sent = [];
  }

  /** Notice a slow line, and one that is free again. */
  judge(nowMs: number, owed: number): void {
    if (this.#sent.some((one) => nowMs - one.atMs > SLOW_AFTER_MS)) this.slow = true;
    else if (owed === 0) this.slow = false;
  }
}

/** Lead II alone at the lowest rate from `THIN_HZ` up that divides the chunk, each sample the mean of those it stands for. */
export function thinned(chunk: WaveChunk, streamNo: number, firstSample: number): WaveChunk {
  const count = chunk.samples.length / chunk.leads;
  let step = Math.max(1, Math.floor(chunk.sampleRateHz / THIN_HZ));
  while (chunk.sampleRateHz % step !== 0 || count % step !== 0) step--;
  const lead = chunk.leads === TWELVE_LEADS.length ? TWELVE_LEADS.indexOf("II") : 0;
  const samples = Int16Array.from({ length: count / step }, (_, group) => {
    let sum = 0;
    for (let i = group * step; i < (group + 1) * step; i++) {
      const value = chunk.samples[i * chunk.leads + lead] ?? NO_VALUE;
      if (value === NO_VALUE) return NO_VALUE;
      sum += value;
    }
    return Math.round(sum / step);
  });
  return { ...chunk, leads: 1, sampleRateHz: chunk.sampleRateHz / step, streamNo, firstSample, samples };
}
