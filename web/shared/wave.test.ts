import { describe, expect, it } from "vitest";
import { decodeWave, encodeWave, HEADER_BYTES, type WaveChunk } from "./wave.ts";

const chunk: WaveChunk = {
  patientId: "01ARYZ6S410000000000000000", leads: 12, sampleRateHz: 500, uvPerLsb: 2.44, firstSample: 5_000_000_000,
  atMs: 1_790_000_000_123, streamNo: 77, deviceId: null, samples: Int16Array.from({ length: 120 }, (_, i) => i * 500 - 30_000),
};

describe("waveform frames", () => {
  it("come back as they went, past 32 bits of samples", () => {
    for (const sent of [chunk, { ...chunk, deviceId: "MON-U050" }]) expect(decodeWave(encodeWave(sent))).toEqual(sent);
  });

  it("have the bytes that the protocol names", () => {
    const bytes = new Uint8Array(encodeWave(chunk));
    expect(String.fromCharCode(...bytes.slice(0, 2))).toBe("GW");
    expect([...bytes.slice(2, 4)]).toEqual([1, 12]);
    expect([...bytes.slice(4, 8)]).toEqual([0xf4, 0x01, 244, 0]);
    expect(bytes[28]).toBe(10);
    expect(bytes.length).toBe(HEADER_BYTES + 26 + 240);
  });

  it("refuse what is none of ours", () => {
    const good = encodeWave(chunk);
    expect(decodeWave(good.slice(0, 40))).toBeNull();
    expect(decodeWave(good.slice(0, good.byteLength - 2))).toBeNull();
    for (const [at, value] of [[0, 0], [2, 9], [3, 5]] as const) {
      const bad = good.slice(0);
      new Uint8Array(bad)[at] = value;
      expect(decodeWave(bad)).toBeNull();
    }
  });

  it("cannot be made from half a frame or a short id", () => {
    expect(() => encodeWave({ ...chunk, samples: new Int16Array(7) })).toThrow(RangeError);
    expect(() => encodeWave({ ...chunk, patientId: "short" })).toThrow(RangeError);
  });
});
