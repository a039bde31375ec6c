// @vitest-environment happy-dom: what it tests reaches for the page
import { expect, it, vi } from "vitest";
import type { WaveChunk } from "@shared/wave.ts";
import { isAddress, MonitorLine, readingFrom, setAddress } from "./line.ts";
import { diagnosticOf, withChunk } from "./recent.ts";
import { Room } from "./room.ts";

it("takes what a gateway may say, and nothing else", () => {
  expect(readingFrom('{"t":"vitals","device_id":"M-1","values":{"hr":88,"note":"x"}}')).toEqual({ device_id: "M-1", values: { hr: 88 } });
  for (const broken of ["", "[]", "null", "{}", '{"t":"vitals","device_id":"M 1","values":{"hr":1}}', '{"t":"vitals","device_id":"M-1","values":{}}', '{"t":"vitals","device_id":"\u202e","values":{"hr":1}}']) {
    expect(readingFrom(broken), broken).toBeNull();
  }
  expect(["ws://127.0.0.1:7125/", "wss://monitor.example:7125", "http://x", "ws://", "7125", "ws://m:1/#a", "ws://#"].map(isAddress)).toEqual([true, true, false, false, false, false, false]);
});

it("opens the tablet whatever address was kept, and says that no monitor is read", () => {
  vi.stubGlobal("WebSocket", class {
    constructor() {
      throw new DOMException("from an encrypted page", "SecurityError");
    }
  });
  setAddress("ws://10.0.0.5:7125/");
  const line = new MonitorLine({ reading: () => undefined, wave: () => undefined });
  expect(line.state.value).toBe("off");
  line.close();
  setAddress("");
  vi.unstubAllGlobals();
});

it("takes what twelve leads at 1,000 Hz need for hours, minutes of it at once, and no flood", () => {
  const room = new Room(0);
  let refused = 0;
  for (let ms = 0; ms < 3_600_000; ms += 250) if (!room.take(6_060, ms) || (ms % 1000 === 0 && !room.take(120, ms))) refused++;
  expect(refused).toBe(0);
  for (let chunk = 0; chunk < 5 * 60 * 4; chunk++) if (!room.take(6_060, 3_600_000)) refused++;
  expect(refused).toBe(0);
  let taken = 0;
  for (let ms = 0; ms < 60_000; ms++) if (room.take(60_000, 3_600_000 + ms)) taken += 60_000;
  expect(taken).toBeLessThan(5_000_000);
});

it("takes a 12-lead from ten seconds without a gap", () => {
  const chunk = (number: number, streamNo = 1): WaveChunk => ({
    patientId: "0".repeat(26), deviceId: "M-1", leads: 12, sampleRateHz: 500, uvPerLsb: 5, streamNo, firstSample: number * 250, atMs: 0,
    samples: new Int16Array(250 * 12).fill(number),
  });
  const after = (numbers: readonly number[]): readonly WaveChunk[] => numbers.reduce((kept: readonly WaveChunk[], number) => withChunk(kept, chunk(number)), []);
  const count = [...Array(30).keys()];
  expect(diagnosticOf(after(count.slice(0, 19)))).toBeNull();
  const taken = diagnosticOf(after(count));
  expect([taken?.samples.length, taken?.samples[0], taken?.samples.at(-1)]).toEqual([60_000, 10, 29]);
  expect(diagnosticOf(after([...count, 31]))).toBeNull();
  expect(diagnosticOf(withChunk(after(count), chunk(30, 2)))).toBeNull();
  expect(diagnosticOf(withChunk(after(count), { ...chunk(30), leads: 1 }))).toBeNull();
  expect(diagnosticOf(withChunk(after(count), { ...chunk(30), patientId: "1".repeat(26) }))).toBeNull();
});
