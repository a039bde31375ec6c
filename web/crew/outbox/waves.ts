/**
 * Waveforms on their way up: every chunk is stored on the tablet first, goes with what room the line has, and is forgotten when the
 * server has made it durable. Everything happens one after the other, so that a stream never has a gap.
 */
import { effect, signal, type ReadonlySignal } from "@preact/signals";
import { BACKFILL, DEVICE, type AckFrame, type LiveLink, type NackFrame, type WelcomeFrame } from "@shared/link.ts";
import { decodeWave, encodeWave, type WaveChunk } from "@shared/wave.ts";
import type { CrewStore } from "./store.ts";
import { thinned, WavePace } from "./wave_pace.ts";

const STORE_AGAIN_MS = 2_000;
const PREFIX = "wave/";

/** Whether a stream is a waveform's: such streams are counted in samples, and not by the numbered outbox. */
export function isWave(stream: string | null): boolean {
  return stream?.startsWith(PREFIX) === true;
}

/** One patient's stream as it goes on: what the monitor calls it, what we call it, and the next sample on both sides. */
interface Going {
  readonly source: string;
  readonly theirs: number;
  readonly no: number;
  readonly ours: number;
}

export class Waves {
  /** Chunks that the server does not have yet. */
  readonly owed: ReadonlySignal<number>;
  /** The line does not bear the whole waveform now. */
  readonly slow: ReadonlySignal<boolean>;
  readonly #owed = signal(0);
  readonly #slow = signal(false);
  readonly #link: LiveLink;
  readonly #store: CrewStore;
  /** Numbered messages that are owed: on a slow line they go first. */
  readonly #numbered: () => number;
  readonly #stops: (() => void)[];
  readonly #pace = new WavePace();
  readonly #going = new Map<string, Going>();
  readonly #thin = new Map<string, { readonly no: number; readonly next: number }>();
  #turn: Promise<void> = Promise.resolve();
  #caps: readonly string[] = [];
  #open = false;
  #place = 0;
  #number = 0;
  #again: ReturnType<typeof setTimeout> | null = null;
  #closed = false;

  constructor(link: LiveLink, store: CrewStore, numbered: () => number) {
    this.#link = link;
    this.#store = store;
    this.#numbered = numbered;
    this.owed = this.#owed;
    this.slow = this.#slow;
    this.#stops = [
      link.onControl("welcome", (frame) => this.#next(() => this.#welcomed(frame))),
      link.onControl("ack", (frame) => this.#next(() => this.#acked(frame))),
      link.onControl("nack", (frame) => this.#next(() => this.#refused(frame))),
      effect(() => {
        if (link.state.value === "offline") this.#next(() => this.#lost());
      }),
    ];
    this.#next(() => this.#count());
  }

  /** Keep a chunk of a monitor for a patient; it goes up when there is room. Resolves when it is durable on this tablet. */
  take(measured: WaveChunk): Promise<void> {
    return this.#next(() => this.#take(measured));
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
    if (this.#again !== null) clearTimeout(this.#again);
  }

  #next(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(() => (this.#closed ? undefined : work())).catch((failed: unknown) => {
      if (!this.#closed) throw failed; // a storage that was closed meanwhile has nothing to say
    });
    this.#turn = turn.catch(() => undefined); // whoever asked hears of it; the next one has its turn
    return turn;
  }

  async #take(measured: WaveChunk): Promise<void> {
    const chunk = this.#numberedChunk(measured);
    await this.#store.keepWave(chunk, encodeWave(chunk));
    await this.#count();
    this.#pace.judge(performance.now(), this.#owed.peek() - 1);
    this.#slow.value = this.#pace.slow;
    if (this.#open && this.#pace.slow && this.#caps.includes(BACKFILL)) this.#sendThin(chunk);
    else this.#thin.delete(chunk.patientId);
    await this.#drain();
  }

  /** Give a chunk its place in our own stream; a monitor that jumps, or measures otherwise, begins another one. */
  #numberedChunk(measured: WaveChunk): WaveChunk {
    const { patientId, leads, sampleRateHz, uvPerLsb, firstSample } = measured;
    const count = measured.samples.length / leads;
    const source = [measured.deviceId, measured.streamNo, leads, sampleRateHz, uvPerLsb, count].join("/");
    const before = this.#going.get(patientId);
    const goesOn = before !== undefined && before.source === source && before.theirs === firstSample;
    const { no, ours } = goesOn ? before : { no: this.#newNumber(), ours: 0 };
    this.#going.set(patientId, { source, theirs: firstSample + count, no, ours: ours + count });
    return { ...measured, streamNo: no, firstSample: ours };
  }

  /** A number that no stream of this tablet has had: tenths of seconds, also after a reload. */
  #newNumber(): number {
    this.#number = Math.max(this.#number + 1, Math.floor(Date.now() / 100) % 2 ** 31);
    return this.#number;
  }

  #sendThin(chunk: WaveChunk): void {
    const { no, next } = this.#thin.get(chunk.patientId) ?? { no: this.#newNumber(), next: 0 };
    const thin = thinned(chunk, no, next);
    this.#thin.set(chunk.patientId, { no, next: next + thin.samples.length });
    this.#send(encodeWave(thin));
  }

  #send(raw: ArrayBuffer): boolean {
    if (this.#caps.includes(DEVICE)) return this.#link.send(raw);
    const chunk = decodeWave(raw);
    return chunk !== null && this.#link.send(encodeWave({ ...chunk, deviceId: null }));
  }

  async #drain(): Promise<void> {
    if (!this.#open || this.#again !== null || (this.#pace.slow && this.#numbered() > 0)) return;
    const room = this.#pace.room();
    if (room === 0) return;
    for (const wave of await this.#store.waves(this.#place, room)) {
      if (!this.#send(wave.raw)) return;
      this.#place = wave.kept;
      this.#pace.sent(wave.stream, wave.first, performance.now());
    }
  }

  async #count(): Promise<void> {
    this.#owed.value = await this.#store.wavesOwed();
  }

  async #welcomed(frame: WelcomeFrame): Promise<void> {
    this.#caps = frame.caps ?? [];
    this.#open = true;
    this.#place = 0;
    this.#pace.lost();
    await this.#drain();
  }

  async #lost(): Promise<void> {
    this.#open = false;
    this.#pace.lost();
    this.#thin.clear();
  }

  async #acked({ stream, seq }: AckFrame): Promise<void> {
    if (isWave(stream)) {
      await this.#store.forgetWaves(stream, seq);
      this.#pace.acked(stream, seq);
      await this.#count();
    }
    await this.#drain(); // a numbered message that is through makes room, too
  }

  async #refused(frame: NackFrame): Promise<void> {
    const { stream, code, retry } = frame;
    if (stream === null) return;
    if (retry && code !== "stream_gap") this.#storeLater();
    if (!isWave(stream)) return;
    this.#pace.lost();
    if (!retry && code !== "stream_conflict") await this.#store.dropWaves(stream);
    else if (code === "stream_conflict" || (code === "stream_gap" && (await this.#isGone(stream, frame)))) await this.#restart(stream);
    this.#place = 0;
    await this.#count();
    await this.#drain();
  }

  /** Whether the chunk that the server waits for is not here any more. */
  async #isGone(stream: string, { params }: NackFrame): Promise<boolean> {
    const oldest = await this.#store.oldestWave(stream);
    return oldest !== null && params.expected_seq !== undefined && oldest.first > (params.expected_seq - 1) * oldest.samples;
  }

  /** Give what is left of a stream another number, samples from 0, and let what comes begin another one, too. */
  async #restart(stream: string): Promise<void> {
    await this.#store.restartWave(stream, this.#newNumber());
    for (const [patientId, going] of this.#going) if (`${PREFIX}${patientId}/${going.no}` === stream) this.#going.delete(patientId);
  }

  #storeLater(): void {
    this.#again ??= setTimeout(() => {
      this.#again = null;
      void this.#next(() => this.#drain());
    }, STORE_AGAIN_MS);
  }
}
