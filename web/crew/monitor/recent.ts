/** The last seconds of a monitor, from which a diagnostic 12-lead is taken. Pure. */
import { TWELVE_LEADS, type WaveChunk } from "@shared/wave.ts";

/** Of a diagnostic 12-lead. */
export const DIAGNOSTIC_S = 10;

export interface Diagnostic {
  readonly deviceId: string;
  readonly sampleRateHz: number;
  readonly uvPerLsb: number;
  readonly samples: Int16Array;
}

/** What is kept after one more chunk: only chunks that continue each other, of one patient, and no more than the ten seconds need. */
export function withChunk(kept: readonly WaveChunk[], chunk: WaveChunk): readonly WaveChunk[] {
  if (chunk.leads !== TWELVE_LEADS.length) return [];
  const last = kept.at(-1);
  const goesOn = last !== undefined && last.patientId === chunk.patientId && last.deviceId === chunk.deviceId && last.streamNo === chunk.streamNo && last.sampleRateHz === chunk.sampleRateHz
    && last.uvPerLsb === chunk.uvPerLsb && last.firstSample + frames(last) === chunk.firstSample;
  if (!goesOn) return [chunk];
  const from = chunk.firstSample + frames(chunk) - DIAGNOSTIC_S * chunk.sampleRateHz;
  return [...kept.filter((one) => one.firstSample + frames(one) > from), chunk];
}

/** The last ten seconds, or null while they are not there without a gap. */
export function diagnosticOf(kept: readonly WaveChunk[]): Diagnostic | null {
  const last = kept.at(-1);
  if (last === undefined || last.deviceId === null) return null;
  const count = DIAGNOSTIC_S * last.sampleRateHz * last.leads;
  const all = new Int16Array(kept.reduce((sum, one) => sum + one.samples.length, 0));
  if (all.length < count) return null;
  let at = 0;
  for (const one of kept) {
    all.set(one.samples, at);
    at += one.samples.length;
  }
  return { deviceId: last.deviceId, sampleRateHz: last.sampleRateHz, uvPerLsb: last.uvPerLsb, samples: all.slice(-count) };
}

function frames(chunk: WaveChunk): number {
  return chunk.samples.length / chunk.leads;
}
