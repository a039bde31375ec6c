/** A waveform chunk as the tablet keeps it: the frame's bytes, and what must be known of it without reading them. */
import { decodeWave, encodeWave, type WaveChunk } from "@shared/wave.ts";

export interface KeptWave {
  /** The place in the order of keeping. */
  readonly kept: number;
  readonly stream: string;
  readonly first: number;
  readonly samples: number;
  readonly raw: ArrayBuffer;
}

/** The name by which the server acknowledges a chunk's stream. */
export function streamOf(chunk: WaveChunk): string {
  return `wave/${chunk.patientId}/${chunk.streamNo}`;
}

/** The same chunk in another stream that begins `samplesBefore` later. */
export function renumbered(wave: KeptWave, streamNo: number, samplesBefore: number): KeptWave {
  const chunk = decodeWave(wave.raw);
  if (chunk === null) throw new RangeError("a kept chunk is no frame");
  const moved = { ...chunk, streamNo, firstSample: chunk.firstSample - samplesBefore };
  return { ...wave, stream: streamOf(moved), first: moved.firstSample, raw: encodeWave(moved) };
}
