/**
 * The vehicle's monitor: what its gateway says on the vehicle's own network (docs/protocol.md, "A monitor's gateway"), as it measures
 * it. The address is this tablet's; whose the trace is, a person says by binding the monitor.
 */
import { effect, signal, type ReadonlySignal } from "@preact/signals";
import { decodeWave, type WaveChunk } from "@shared/wave.ts";
import { Room } from "./room.ts";

export interface MonitorReading {
  readonly device_id: string;
  readonly values: Readonly<Record<string, number>>;
}
export interface MonitorTells {
  readonly reading: (reading: MonitorReading) => void;
  /** Without a patient: the gateway knows none. */
  readonly wave: (chunk: WaveChunk) => void;
}
export type LineState = "off" | "searching" | "connected";

const SUBPROTOCOL = "gc.monitor.v1";
const KEY = "gc.crew.monitor";
const RETRY_MS = 2_000;
/** A monitor that has said nothing for so long is not there. */
const HEARD_MS = 5_000;
const DEVICE = /^[\x21-\x7e]{1,64}$/;

/** Where the gateway is, "ws://127.0.0.1:7125/" for example; "" for none. It stays on this tablet. */
export const address = signal(localStorage.getItem(KEY) ?? "");

export function setAddress(written: string): void {
  address.value = written;
  localStorage.setItem(KEY, written);
}

/** Whether a socket can be opened there: a "#" is one thing that an address may have and a socket's may not. */
export function isAddress(written: string): boolean {
  return /^wss?:\/\/[^\s/#]+/.test(written) && !written.includes("#") && URL.canParse(written);
}

/** A reading as the gateway wrote it, or null when it is none. */
export function readingFrom(written: string): MonitorReading | null {
  let said: unknown;
  try {
    said = JSON.parse(written);
  } catch {
    return null;
  }
  const { t, device_id, values } = (said ?? {}) as { readonly [name: string]: unknown };
  if (t !== "vitals" || typeof device_id !== "string" || !DEVICE.test(device_id) || typeof values !== "object" || values === null) return null;
  const numbers = Object.entries(values).filter((each): each is [string, number] => typeof each[1] === "number" && Number.isFinite(each[1]));
  return numbers.length === 0 ? null : { device_id, values: Object.fromEntries(numbers) };
}

/** A socket, or null where this browser opens none (an unencrypted one from an encrypted page): the tablet opens all the same. */
function socketTo(where: string): WebSocket | null {
  try {
    return new WebSocket(where, SUBPROTOCOL);
  } catch (refused) {
    if (refused instanceof DOMException) return null;
    throw refused;
  }
}

export class MonitorLine {
  readonly state: ReadonlySignal<LineState>;
  /** The monitor that was heard last, null when none is. */
  readonly device: ReadonlySignal<string | null>;
  readonly #state = signal<LineState>("off");
  readonly #device = signal<string | null>(null);
  readonly #tells: MonitorTells;
  readonly #stops: (() => void)[];
  #socket: WebSocket | null = null;
  readonly #room = new Room(performance.now());
  #retry: ReturnType<typeof setTimeout> | null = null;
  #silence: ReturnType<typeof setTimeout> | null = null;

  constructor(tells: MonitorTells) {
    this.#tells = tells;
    this.state = this.#state;
    this.device = this.#device;
    this.#stops = [effect(() => this.#connect(address.value))];
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#drop();
  }

  #connect(where: string): void {
    this.#drop();
    this.#state.value = isAddress(where) ? "searching" : "off";
    if (!isAddress(where)) return;
    const socket = socketTo(where);
    if (socket === null) {
      this.#state.value = "off";
      return;
    }
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("open", this.#opened);
    socket.addEventListener("message", this.#heard);
    socket.addEventListener("close", this.#lost);
  }

  #drop(): void {
    for (const timer of [this.#retry, this.#silence]) if (timer !== null) clearTimeout(timer);
    this.#retry = null;
    this.#silence = null;
    this.#device.value = null;
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.removeEventListener("open", this.#opened);
    socket.removeEventListener("message", this.#heard);
    socket.removeEventListener("close", this.#lost);
    socket.close();
  }

  readonly #opened = (): void => {
    this.#state.value = "connected";
  };

  readonly #lost = (): void => {
    this.#drop();
    this.#state.value = "searching";
    this.#retry = setTimeout(() => this.#connect(address.peek()), RETRY_MS);
  };

  readonly #heard = (event: MessageEvent<string | ArrayBuffer>): void => {
    if (!this.#room.take(typeof event.data === "string" ? event.data.length : event.data.byteLength, performance.now())) return;
    if (typeof event.data === "string") {
      const reading = readingFrom(event.data);
      if (reading === null) return;
      this.#hears(reading.device_id);
      this.#tells.reading(reading);
      return;
    }
    const chunk = decodeWave(event.data);
    if (chunk === null || chunk.deviceId === null || !DEVICE.test(chunk.deviceId)) return;
    this.#hears(chunk.deviceId);
    this.#tells.wave(chunk);
  };

  #hears(device: string): void {
    this.#device.value = device;
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#device.value = null;
    }, HEARD_MS);
  }
}
