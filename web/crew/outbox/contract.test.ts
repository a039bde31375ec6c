// @vitest-environment happy-dom: what it tests reaches for the page
/** The pages' client under the cases that also hold dispatch/client (tests/client/test_gc_v1_cases.py): one server, two clients. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveLink } from "@shared/link.ts";
import { decodeWave } from "@shared/wave.ts";
import { streamOf } from "./kept_wave.ts";
import { CrewStore } from "./store.ts";
import { Uplink } from "./uplink.ts";
import cases from "../../../tests/contracts/gc_v1_cases.json";

type Json = { readonly [name: string]: unknown };
interface Case {
  readonly name: string;
  readonly steps: readonly Json[];
}
const CASES = cases as unknown as readonly Case[];
const TABLES = { units: { U1: { id: "U1", n: 1 } } };
const USUAL: Readonly<Record<string, Json>> = {
  welcome: { version: "gc.v1", feed_epoch: "e1", seq: 3, streams: {}, caps: [], clock_speed: 1, server_time: "2026-11-21T06:00:00Z" },
  nack: { params: {}, text: { zh: "不行", en: "no" } },
};

const PATIENT = "01ARYZ6S410000000000000000";
const DEVICE = "M-1";

/** What a case says of a waveform chunk. */
function told(raw: ArrayBuffer): Json {
  const chunk = decodeWave(raw);
  if (chunk === null) throw new Error("no frame");
  const { leads, firstSample, deviceId } = chunk;
  return { t: "wave", stream: streamOf(chunk), device: deviceId, first_sample: firstSample, samples: chunk.samples.length / leads, leads };
}

/** A socket whose other end the case speaks for. */
class Line extends EventTarget {
  static readonly OPEN = 1;
  static opened: Line[] = [];
  readyState = 0;
  binaryType = "blob";
  readonly sent: Json[] = [];
  read = 0;
  constructor() {
    super();
    Line.opened.push(this);
  }
  send(said: string | ArrayBuffer): void {
    this.sent.push(typeof said === "string" ? (JSON.parse(said) as Json) : told(said));
  }
  close(): void {
    this.readyState = 3;
  }
  connected(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  says(frame: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
}

class Scripted {
  readonly #known = new Map<string, string>();
  readonly #link: LiveLink;
  readonly #store: CrewStore;
  readonly #uplink: Uplink;
  #lines = 0;

  constructor(link: LiveLink, store: CrewStore, uplink: Uplink) {
    this.#link = link;
    this.#store = store;
    this.#uplink = uplink;
  }

  async step(what: string, value: never): Promise<void> {
    switch (what) {
      case "say": return this.#say(value);
      case "expect": return this.#expect(value);
      case "begin": return this.#begin(value);
      case "put": return this.#uplink.add("report-status", { unit_id: "U1", status: value });
      case "wave": return this.#wave(value);
      case "measure": return this.#uplink.addReading({ patient_id: PATIENT, device_id: DEVICE, values: value });
      case "waves_owed": return this.#until(() => expect(this.#uplink.waves.owed.value).toBe(value));
      case "close": return this.#close();
      case "units": return this.#until(() => expect(Object.fromEntries(this.#link.tables.units.value)).toEqual(value));
      case "owed": return this.#until(async () => {
        expect(this.#uplink.pending.value).toHaveLength(value);
        expect(await this.#store.pending()).toHaveLength(value);
      });
      case "refused": return this.#until(() => expect(this.#uplink.refused.value.map((one) => one.code)).toEqual(value));
      case "renewed": return this.#renewed();
      default: throw new Error(`no such step: ${what}`);
    }
  }

  /** Half a second of the monitor. */
  #wave(number: number): Promise<void> {
    return this.#uplink.waves.take({
      patientId: PATIENT, deviceId: DEVICE, leads: 12, sampleRateHz: 500, uvPerLsb: 5, streamNo: 7, firstSample: number * 250,
      atMs: Date.parse("2026-11-21T06:00:00Z") + number * 500, samples: new Int16Array(250 * 12),
    });
  }

  async #line(): Promise<Line> {
    await this.#until(() => expect(Line.opened.length).toBeGreaterThan(this.#lines));
    const line = Line.opened[this.#lines] as Line;
    if (line.readyState === 0) line.connected();
    return line;
  }

  async #say(frame: Json): Promise<void> {
    const whole = { ...USUAL[frame["t"] as string], ...(this.#filled(frame) as Json) };
    (await this.#line()).says(Object.fromEntries(Object.entries(whole).filter(([name, value]) => name !== "caps" || value !== null)));
  }

  async #expect(wanted: Json): Promise<void> {
    const line = await this.#line();
    let heard: Json = {};
    await this.#until(() => {
      const rest = line.sent.slice(line.read);
      const at = rest.findIndex((frame) => ["t", "seq", "first_sample"].every((name) => frame[name] === (wanted[name] ?? frame[name])));
      expect(at, `no ${JSON.stringify(wanted)} in ${JSON.stringify(rest)}`).toBeGreaterThanOrEqual(0);
      heard = rest[at] as Json;
    });
    line.read = line.sent.indexOf(heard) + 1;
    for (const [name, value] of Object.entries(wanted)) {
      if (typeof value === "string" && value.startsWith("$id") && !this.#known.has(value)) this.#known.set(value, heard[name] as string);
      expect(heard[name]).toEqual(this.#filled(value));
    }
  }

  async #begin(seq: number): Promise<void> {
    await this.#expect({ t: "hello" });
    await this.#say({ t: "welcome" });
    await this.#expect({ t: "subscribe" });
    await this.#say({ t: "snapshot", feed_epoch: "e1", seq, tables: TABLES });
  }

  async #close(): Promise<void> {
    const line = await this.#line();
    this.#lines++;
    line.dispatchEvent(new Event("close"));
  }

  async #renewed(): Promise<void> {
    const old = this.#known.get("$steps");
    await this.#until(() => expect(this.#store.stream("steps")).not.toBe(old));
    this.#known.set("$steps", this.#store.stream("steps"));
  }

  #filled(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.#filled(each));
    if (typeof value === "object" && value !== null) {
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [this.#filled(name), this.#filled(each)]));
    }
    if (value === "$steps" && !this.#known.has("$steps")) this.#known.set("$steps", this.#store.stream("steps"));
    return typeof value === "string" ? (this.#known.get(value) ?? value) : value;
  }

  /** Let timers and the storage run until it holds. */
  async #until(holds: () => void | Promise<void>): Promise<void> {
    for (let round = 0; ; round++) {
      try {
        return await holds();
      } catch (failed) {
        if (round === 100) throw failed;
      }
      await vi.advanceTimersByTimeAsync(50);
      await this.#store.pending(); // the storage works on real turns of the loop, whatever the timers say
    }
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "performance", "Date"] });
  Line.opened = [];
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ ticket: "T" }))));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

it.each(CASES)("$name", async ({ name, steps }) => {
  const store = await CrewStore.open(name);
  const link = new LiveLink({ url: "ws://x/ws", device: "test", streams: () => [store.stream("steps")] });
  const uplink = await Uplink.start(link, store);
  const line = new Scripted(link, store, uplink);
  for (const step of steps) for (const [what, value] of Object.entries(step)) await line.step(what, value as never);
  uplink.close();
  link.close();
  store.close();
});
