/**
 * The live link: one socket that keeps the tables true, measures the server's clock, and hands on telemetry.
 *
 * All rules are pure functions (`feed.ts`, `liveness.ts`, `clock.ts`, `wave.ts`); this shell only owns the socket and timers.
 */
import { batch, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { api, HttpRefused } from "./api.ts";
import { betterAnchor, measured, serverNowMs, type ClockAnchor } from "./clock.ts";
import { EMPTY_FEED, subscription, withChange, withSnapshot, type ChangeFrame, type Feed, type SnapshotFrame, type TableMap } from "./feed.ts";
import { livenessOf, PING_EVERY_MS, retryDelayMs, type LinkState } from "./liveness.ts";
import { type ElsewhereFrame, type EtasFrame, type GapFrame, type PositionsFrame, type VitalsFrame, type WeightsFrame } from "./frames.ts";
import { renewPage } from "./renew.ts";
import { TABLE_NAMES, type TableName } from "./rows.ts";
import { sessionExpired } from "./signed_in.ts";
import { ulid } from "./ulid.ts";
import { decodeWave, type WaveChunk } from "./wave.ts";

export interface Telemetry {
  readonly positions: PositionsFrame;
  readonly vitals: VitalsFrame;
  readonly elsewhere: ElsewhereFrame;
  readonly etas: EtasFrame;
  readonly wave: WaveChunk;
  readonly gap: GapFrame;
  readonly weights: WeightsFrame;
}

export interface WelcomeFrame {
  readonly t: "welcome";
  readonly version: string;
  readonly feed_epoch: string;
  readonly seq: number;
  /** Last committed number of each of this device's uplink streams. */
  readonly streams: Readonly<Record<string, number>>;
  /** What both ends can do beyond the version; an older server names none. */
  readonly caps?: readonly string[];
  readonly server_time: string;
  readonly clock_speed: number;
}
export interface AckFrame {
  readonly t: "ack";
  readonly stream: string;
  readonly seq: number;
}
export interface NackFrame {
  readonly t: "nack";
  readonly stream: string | null;
  readonly seq: number;
  readonly code: string;
  readonly retry: boolean;
  readonly params: { readonly expected_seq?: number };
  readonly text: { readonly zh: string; readonly en: string };
}
/** What the outbox of a tablet listens to. */
export interface Control {
  readonly welcome: WelcomeFrame;
  readonly ack: AckFrame;
  readonly nack: NackFrame;
}
interface PongFrame {
  readonly t: "pong";
  readonly n: number;
  readonly server_time: string;
}
type Frame = SnapshotFrame | ChangeFrame | PongFrame | Exclude<Telemetry[keyof Telemetry], WaveChunk> | Control[keyof Control];
type Heard = Telemetry & Control;

export interface LiveLinkOptions {
  /** The socket's address without its ticket; by default `/ws` of the page's own server. */
  readonly url?: string;
  readonly device: string;
  /** A measurement from before a reload, in `Date.now()` terms, until the first pong. */
  readonly anchor?: ClockAnchor | null;
  /** Listen to changes of the tables; a tablet that only sends could do without. Default true. */
  readonly subscribe?: boolean;
  /** What the page says with every ping: a wall, whether it can sound. */
  readonly pulse?: () => object;
  /** Changes that follow each other within so many ms are shown together; the first of them at once. Default 0: each for itself. */
  readonly gatherMs?: number;
  /** The uplink streams whose committed numbers the welcome shall name. */
  readonly streams?: () => readonly string[];
}

const SUBPROTOCOL = "gc.v1";
/** The server speaks no version that this page speaks: the page is older than the server, or newer. */
const CLOSED_VERSION = 4010;
/** What this client can do: name the device that measured, thin a waveform on a slow line and send the whole one later. */
export const DEVICE = "device";
export const BACKFILL = "backfill";

export class LiveLink {
  readonly state: ReadonlySignal<LinkState>;
  /** Server ms per real ms: 1 except in a simulated day. */
  readonly speed: ReadonlySignal<number>;
  readonly tables: { readonly [K in TableName]: ReadonlySignal<TableMap<K>> };
  /** True once the first snapshot is applied: until then an empty table means "not known yet". */
  readonly ready: ReadonlySignal<boolean>;

  readonly #state = signal<LinkState>("connecting");
  readonly #speed = signal(1);
  readonly #ready = signal(false);
  readonly #tables: Record<TableName, Signal<ReadonlyMap<string, unknown>>>;
  readonly #options: LiveLinkOptions;
  readonly #bootId = ulid();
  readonly #listeners = new Map<keyof Heard, Set<(value: never) => void>>();
  readonly #pings = new Map<number, number>();
  #feed: Feed = EMPTY_FEED;
  #anchor: ClockAnchor | null = null;
  #socket: WebSocket | null = null;
  #lastFrameMs = performance.now();
  #attempt = 0;
  #pingNo = 0;
  #pulse: ReturnType<typeof setInterval> | null = null;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #gathering: ReturnType<typeof setTimeout> | null = null;
  #closed = false;
  #watched: readonly string[] = [];

  constructor(options: LiveLinkOptions) {
    this.#options = options;
    this.state = this.#state;
    this.speed = this.#speed;
    this.ready = this.#ready;
    const tables = Object.fromEntries(TABLE_NAMES.map((name) => [name, signal(EMPTY_FEED.tables[name])]));
    this.#tables = tables as Record<TableName, Signal<ReadonlyMap<string, unknown>>>;
    this.tables = tables as unknown as { [K in TableName]: ReadonlySignal<TableMap<K>> };
    if (options.anchor) {
      // A stored anchor speaks in Date.now(); translate it once into this page's performance.now().
      const shift = performance.now() - Date.now();
      this.#anchor = { ...options.anchor, pageMs: options.anchor.pageMs + shift, uncertaintyMs: Infinity };
      this.#speed.value = options.anchor.speed;
    }
    addEventListener("online", this.#reconnectNow);
    addEventListener("offline", this.#lost);
    void this.#connect();
  }

  /** Call back for every frame of one kind of telemetry; returns how to stop. */
  onTelemetry<K extends keyof Telemetry>(kind: K, callback: (value: Telemetry[K]) => void): () => void {
    return this.#listen(kind, callback);
  }

  /** Call back for the frames that steer an uplink: welcome, ack, nack; returns how to stop. */
  onControl<K extends keyof Control>(kind: K, callback: (value: Control[K]) => void): () => void {
    return this.#listen(kind, callback);
  }

  /** Send a frame now, or return false when there is no open socket: nothing is queued here. */
  send(frame: object | ArrayBuffer): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(frame instanceof ArrayBuffer ? frame : JSON.stringify(frame));
    return true;
  }

  /** Say whose waveforms this page shows; all others are not sent to it. */
  watch(patientIds: readonly string[]): void {
    const wanted = [...patientIds].sort();
    if (wanted.join() === this.#watched.join()) return;
    this.#watched = wanted;
    this.send({ t: "watch", patients: wanted });
  }

  /** Now on the server's clock, epoch ms; this device's own clock until it has been measured. */
  serverNow(): number {
    return this.#anchor === null ? Date.now() : serverNowMs(this.#anchor, performance.now());
  }

  /** The clock measurement in `Date.now()` terms, for keeping over a reload; null while unmeasured. */
  anchor(): ClockAnchor | null {
    return this.#anchor && { ...this.#anchor, pageMs: this.#anchor.pageMs + Date.now() - performance.now() };
  }

  /** Real ms since anything was heard from the server. */
  dataAge(): number {
    return performance.now() - this.#lastFrameMs;
  }

  close(): void {
    this.#closed = true;
    removeEventListener("online", this.#reconnectNow);
    removeEventListener("offline", this.#lost);
    if (this.#retry !== null) clearTimeout(this.#retry);
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#drop();
    this.#state.value = "offline";
  }

  #listen<K extends keyof Heard>(kind: K, callback: (value: Heard[K]) => void): () => void {
    const all = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, all);
    all.add(callback as (value: never) => void);
    return () => all.delete(callback as (value: never) => void);
  }

  #tell<K extends keyof Heard>(kind: K, value: Heard[K]): void {
    for (const callback of this.#listeners.get(kind) ?? []) (callback as (value: Heard[K]) => void)(value);
  }

  async #connect(): Promise<void> {
    this.#retry = null;
    try {
      const { ticket } = await api<{ ticket: string }>("/api/ticket", { method: "POST" });
      if (!this.#closed) this.#open(ticket);
    } catch (error) {
      if (error instanceof HttpRefused && error.status === 401) {
        this.close();
        sessionExpired();
        return;
      }
      if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
      this.#retryLater();
    }
  }

  #open(ticket: string): void {
    const base = this.#options.url ?? `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;
    const socket = new WebSocket(`${base}?ticket=${encodeURIComponent(ticket)}`, SUBPROTOCOL);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.addEventListener("open", this.#opened);
    socket.addEventListener("message", this.#heard);
    socket.addEventListener("close", this.#lost);
    this.#lastFrameMs = performance.now();
    this.#pulse = setInterval(this.#beat, 1_000);
  }

  /** Let go of the socket with every listener and timer that belongs to it. */
  #drop(): void {
    if (this.#pulse !== null) clearInterval(this.#pulse);
    this.#pulse = null;
    this.#pings.clear();
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.removeEventListener("open", this.#opened);
    socket.removeEventListener("message", this.#heard);
    socket.removeEventListener("close", this.#lost);
    socket.close();
  }

  #retryLater(): void {
    this.#drop();
    if (this.#closed || this.#retry !== null) return;
    this.#state.value = "offline";
    this.#retry = setTimeout(() => void this.#connect(), retryDelayMs(this.#attempt++, Math.random()));
  }

  readonly #reconnectNow = (): void => {
    if (this.#retry === null) return;
    clearTimeout(this.#retry);
    this.#attempt = 0;
    void this.#connect();
  };

  readonly #opened = (): void => {
    const { device, streams } = this.#options;
    this.send({ t: "hello", versions: [SUBPROTOCOL], device, boot_id: this.#bootId, caps: [DEVICE, BACKFILL], streams: streams?.() ?? [] });
  };

  readonly #lost = (event: Event): void => {
    if ("code" in event && event.code === CLOSED_VERSION) void renewPage();
    this.#retryLater();
  };

  readonly #beat = (): void => {
    const state = livenessOf(this.dataAge());
    if (state === "offline") return this.#retryLater();
    if (this.#state.value === "live" || this.#state.value === "stale") this.#state.value = state;
    if (this.#pingNo === 0 || performance.now() - (this.#pings.get(this.#pingNo) ?? -PING_EVERY_MS) >= PING_EVERY_MS) this.#ping();
  };

  #ping(): void {
    const n = this.#pingNo + 1;
    if (!this.send({ t: "ping", n, client_time: new Date().toISOString(), ...this.#options.pulse?.() })) return;
    this.#pingNo = n;
    this.#pings.clear(); // only the newest answer measures; an older one says that the link is slow, which its age shows
    this.#pings.set(n, performance.now());
  }

  readonly #heard = (event: MessageEvent<string | ArrayBuffer>): void => {
    this.#lastFrameMs = performance.now();
    if (this.#state.value === "stale") this.#state.value = "live";
    if (event.data instanceof ArrayBuffer) {
      const chunk = decodeWave(event.data);
      if (chunk !== null) this.#tell("wave", chunk);
      return;
    }
    this.#take(JSON.parse(event.data) as Frame);
  };

  #take(frame: Frame): void {
    switch (frame.t) {
      case "welcome":
        return this.#welcomed(frame);
      case "snapshot":
        return this.#show(withSnapshot(frame));
      case "change":
        return this.#change(frame);
      case "pong":
        return this.#measure(frame);
      default:
        if (this.#listeners.has(frame.t)) this.#tell(frame.t, frame as never);
    }
  }

  #welcomed(frame: WelcomeFrame): void {
    this.#attempt = 0;
    this.#speed.value = frame.clock_speed;
    const now = performance.now();
    this.#anchor = betterAnchor(this.#anchor, { serverMs: Date.parse(frame.server_time), pageMs: now, speed: frame.clock_speed, uncertaintyMs: 1_000 });
    this.#state.value = "live";
    this.#ping();
    this.#tell("welcome", frame);
    if (this.#options.subscribe !== false) this.send(subscription(this.#feed));
    if (this.#watched.length > 0) this.send({ t: "watch", patients: this.#watched });
  }

  #measure(frame: PongFrame): void {
    const sent = this.#pings.get(frame.n);
    if (sent === undefined) return;
    this.#anchor = betterAnchor(this.#anchor, measured(Date.parse(frame.server_time), sent, performance.now(), this.#speed.value));
  }

  #change(frame: ChangeFrame): void {
    const next = withChange(this.#feed, frame);
    if (next === "old") return;
    if (next === "gap") {
      this.send({ t: "subscribe", feed_epoch: null, offset: null });
      return;
    }
    this.#show(next);
  }

  #show(feed: Feed): void {
    this.#feed = feed;
    const { gatherMs = 0 } = this.#options;
    // A hidden page draws nothing, and its timers may sleep for a minute: its alarms must not.
    if (gatherMs === 0 || document.hidden) return this.#publish();
    if (this.#gathering !== null) return;
    this.#publish();
    this.#gathering = setTimeout(() => {
      this.#gathering = null;
      if (this.#feed !== feed) this.#show(this.#feed);
    }, gatherMs);
  }

  #publish(): void {
    batch(() => {
      for (const name of TABLE_NAMES) this.#tables[name].value = this.#feed.tables[name];
      this.#ready.value = true;
    });
  }
}
