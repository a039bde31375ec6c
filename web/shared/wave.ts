/** The binary waveform frames of `gc.v1`: 32-byte little-endian header, the patient's ULID, on the way up the device, int16 samples. */

export interface WaveChunk {
  readonly patientId: string;
  readonly leads: number;
  readonly sampleRateHz: number;
  readonly uvPerLsb: number;
  readonly firstSample: number;
  /** Epoch ms of the first sample, on the server's clock. */
  readonly atMs: number;
  readonly streamNo: number;
  /** Which monitor measured; null on the way down. */
  readonly deviceId: string | null;
  /** Interleaved: lead after lead per sample frame. */
  readonly samples: Int16Array;
}

/** A sample that was not measured: the lead was off. */
export const NO_VALUE = -32768;
export const HEADER_BYTES = 32;
const PATIENT_BYTES = 26;
const DEVICE_MOST = 64;
const MAGIC = 0x5747; // "GW", little-endian
const VERSION = 1;

export const TWELVE_LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"] as const;

/** Lead names of a chunk in the order of its samples. */
export function leadNames(leads: number): readonly string[] {
  return leads === 12 ? TWELVE_LEADS : ["II"];
}

export function encodeWave(chunk: WaveChunk): ArrayBuffer {
  if (chunk.patientId.length !== PATIENT_BYTES) throw new RangeError("a patient id has 26 characters");
  const frames = chunk.samples.length / chunk.leads;
  if (!Number.isInteger(frames)) throw new RangeError("samples are not a whole number of frames");
  const device = chunk.deviceId ?? "";
  const start = HEADER_BYTES + PATIENT_BYTES + device.length;
  const buffer = new ArrayBuffer(start + chunk.samples.length * 2);
  const view = new DataView(buffer);
  view.setUint16(0, MAGIC, true);
  view.setUint8(2, VERSION);
  view.setUint8(3, chunk.leads);
  view.setUint16(4, chunk.sampleRateHz, true);
  view.setUint16(6, Math.round(chunk.uvPerLsb * 100), true);
  view.setBigUint64(8, BigInt(chunk.firstSample), true);
  view.setBigUint64(16, BigInt(Math.round(chunk.atMs)), true);
  view.setUint32(24, chunk.streamNo, true);
  view.setUint16(28, frames, true);
  view.setUint16(30, device.length, true);
  new Uint8Array(buffer, HEADER_BYTES).set(new TextEncoder().encode(chunk.patientId + device));
  for (let i = 0; i < chunk.samples.length; i++) view.setInt16(start + i * 2, chunk.samples[i] ?? 0, true);
  return buffer;
}

/** Read a frame, or return null when it is none of ours: wrong magic, version, lead count or length. */
export function decodeWave(buffer: ArrayBuffer): WaveChunk | null {
  if (buffer.byteLength < HEADER_BYTES + PATIENT_BYTES) return null;
  const view = new DataView(buffer);
  if (view.getUint16(0, true) !== MAGIC || view.getUint8(2) !== VERSION) return null;
  const leads = view.getUint8(3);
  const frames = view.getUint16(28, true);
  const named = view.getUint16(30, true);
  const start = HEADER_BYTES + PATIENT_BYTES + named;
  const count = frames * leads;
  if ((leads !== 1 && leads !== 12) || count === 0 || named > DEVICE_MOST || buffer.byteLength !== start + count * 2) return null;
  const samples = new Int16Array(count);
  for (let i = 0; i < count; i++) samples[i] = view.getInt16(start + i * 2, true);
  return {
    patientId: ascii(buffer, HEADER_BYTES, PATIENT_BYTES),
    deviceId: named === 0 ? null : ascii(buffer, HEADER_BYTES + PATIENT_BYTES, named),
    leads,
    sampleRateHz: view.getUint16(4, true),
    uvPerLsb: view.getUint16(6, true) / 100,
    firstSample: Number(view.getBigUint64(8, true)),
    atMs: Number(view.getBigUint64(16, true)),
    streamNo: view.getUint32(24, true),
    samples,
  };
}

function ascii(buffer: ArrayBuffer, from: number, count: number): string {
  return String.fromCharCode(...new Uint8Array(buffer, from, count));
}
