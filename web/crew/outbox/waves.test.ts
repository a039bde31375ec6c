// @vitest-environment happy-dom: what it tests reaches for the page
/** The trace on a slow line, and what the tablet keeps of it; the rules are those of tests/client/test_uplink.py. */
import "fake-indexeddb/auto";
import { signal } from "@preact/signals";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BACKFILL, DEVICE, type Control, type LiveLink } from "@shared/link.ts";
import { decodeWave, NO_VALUE, type WaveChunk } from "@shared/wave.ts";
import { CrewStore } from "./store.ts";
import { SLOW_AFTER_MS, thinned } from "./wave_pace.ts";
import { Waves } from "./waves.ts";

const PATIENT = "01ARYZ6S410000000000000000";
const chunk = (number: number, streamNo = 7): WaveChunk => ({
  patientId: PATIENT, deviceId: "M-1", leads: 12, sampleRateHz: 500, uvPerLsb: 5, streamNo, firstSample: number * 250, atMs: 1_790_000_000_000 + number * 500,
  samples: Int16Array.from({ length: 250 * 12 }, (_, i) => (i % 12 === 1 ? Math.floor(i / 12) : 0)),
});

/** One line that the test speaks for. */
class Line {
  readonly state = signal("live");
  readonly sent: WaveChunk[] = [];
  readonly #heard = new Map<string, (frame: never) => void>();
  onControl(kind: keyof Control, callback: (frame: never) => void): () => void {
    this.#heard.set(kind, callback);
    return () => undefined;
  }
  send(raw: ArrayBuffer): boolean {
    this.sent.push(decodeWave(raw) as WaveChunk);
    return true;
  }
  says(kind: keyof Control, frame: object): void {
    this.#heard.get(kind)?.(frame as never);
  }
}

let line: Line;
let store: CrewStore;
let waves: Waves;
let numbered: number;
/** Whatever was asked before is done. */
const settled = (): Promise<void> => waves.take(chunk(1000 + line.sent.length, 99)).then(() => undefined);

beforeEach(async (test) => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  line = new Line();
  numbered = 0;
  store = await CrewStore.open(test.task.name);
  waves = new Waves(line as unknown as LiveLink, store, () => numbered);
  line.says("welcome", { caps: [DEVICE, BACKFILL] });
});
afterEach(() => {
  waves.close();
  store.close();
  vi.useRealTimers();
});

it("shows one thin lead on a slow line, and sends the whole behind what is numbered, chunk by chunk", async () => {
  await waves.take(chunk(0));
  vi.advanceTimersByTime(SLOW_AFTER_MS + 1);
  await waves.take(chunk(1));
  await waves.take(chunk(2));
  expect(waves.slow.value).toBe(true);
  expect(line.sent.map((one) => [one.leads, one.sampleRateHz, one.firstSample])).toEqual([[12, 500, 0], [1, 250, 0], [1, 250, 125]]);
  numbered = 1;
  const stream = `wave/${PATIENT}/${line.sent[0]?.streamNo}`;
  line.says("ack", { stream, seq: 0 });
  await vi.waitFor(() => expect(waves.owed.value).toBe(2));
  expect(line.sent).toHaveLength(3);
  numbered = 0;
  for (const [first, left] of [[250, 1], [500, 0]] as const) {
    line.says("ack", { stream: "box/vitals", seq: 1 });
    await vi.waitFor(() => expect(line.sent.at(-1)?.firstSample).toBe(first));
    expect(line.sent.at(-1)?.samples).toEqual(chunk(0).samples);
    line.says("ack", { stream, seq: first });
    await vi.waitFor(() => expect(waves.owed.value).toBe(left));
  }
  await waves.take(chunk(3));
  expect(waves.slow.value).toBe(false);
  expect(line.sent.at(-1)?.leads).toBe(12);
});

it("sends only a few chunks ahead of their acknowledgement, in order, and again after a break", async () => {
  for (let number = 0; number < 12; number++) await waves.take(chunk(number));
  expect(line.sent.map((one) => one.firstSample)).toEqual([0, 1, 2, 3, 4, 5, 6, 7].map((number) => number * 250));
  line.says("welcome", { caps: [DEVICE, BACKFILL] });
  await vi.waitFor(() => expect(line.sent).toHaveLength(16));
  expect(line.sent[8]).toEqual(line.sent[0]);
});

it("begins another stream where the monitor jumps, and where the server waits for what is gone", async () => {
  await waves.take(chunk(0));
  await waves.take(chunk(1));
  await waves.take(chunk(5));
  const [first, , jumped] = line.sent;
  expect(jumped?.firstSample).toBe(0);
  expect(jumped?.streamNo).toBeGreaterThan(first?.streamNo ?? 0);
  const stream = `wave/${PATIENT}/${first?.streamNo}`;
  await store.forgetWaves(stream, 0);
  line.says("nack", { stream, seq: 250, code: "stream_gap", retry: true, params: { expected_seq: 1 } });
  await vi.waitFor(() => expect(line.sent.length).toBeGreaterThan(3));
  const again = line.sent[3];
  expect([again?.firstSample, again?.atMs]).toEqual([0, chunk(1).atMs]);
  expect(again?.streamNo).toBeGreaterThan(jumped?.streamNo ?? 0);
});

it("lets go of a trace that the server will never take", async () => {
  await waves.take(chunk(0));
  line.says("nack", { stream: `wave/${PATIENT}/${line.sent[0]?.streamNo}`, seq: 0, code: "not_your_patient", retry: false, params: {} });
  await vi.waitFor(() => expect(waves.owed.value).toBe(0));
  await settled();
});

it.each([[250, 500], [256, 500], [200, 500], [125, 250], [50, 50]])("thins %i samples at %i Hz to the mean of those that each stands for", (count, rate) => {
  const samples = Int16Array.from({ length: count * 12 }, (_, i) => ((i * 7919) % 6000) - 3000);
  const whole = { ...chunk(0), sampleRateHz: rate, samples };
  const thin = thinned(whole, 9, 0);
  const step = rate / thin.sampleRateHz;
  expect(thin.samples.length * step).toBe(count);
  thin.samples.forEach((value, group) => {
    let sum = 0;
    for (let i = group * step; i < (group + 1) * step; i++) sum += samples[i * 12 + 1] ?? 0;
    expect(Math.abs(value - sum / step)).toBeLessThanOrEqual(0.5);
  });
  samples[1] = NO_VALUE;
  expect(thinned(whole, 9, 0).samples[0]).toBe(NO_VALUE);
});
