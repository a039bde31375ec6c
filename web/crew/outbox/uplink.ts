/** Drain the outbox through the live link: send in order, forget only what the server has committed, show what it refused. */
import { signal, type ReadonlySignal } from "@preact/signals";
import texts from "@texts/crew.json";
import { authorised } from "@shared/api.ts";
import type { Commands, Slug } from "@shared/commands.ts";
import type { AckFrame, LiveLink, NackFrame, WelcomeFrame } from "@shared/link.ts";
import { ulid } from "@shared/ulid.ts";
import { afterCommit, afterWelcome, isCommand, putFrame, type CommandEntry, type ReadingEntry, type RefusedEntry } from "./entry.ts";
import { mayCome, sendPhoto } from "./photo.ts";
import type { CrewStore, EcgBlob, PhotoBlob } from "./store.ts";
import { isWave, Waves } from "./waves.ts";

/** The tablet's numbered streams: what the crew does, and what the monitor reads. */
const STEPS = "steps";
const VITALS = "vitals";
export const STREAMS = [STEPS, VITALS] as const;
/** Readings sent and not acknowledged: hours of them must not stand before a key that is tapped now. */
const READINGS_IN_FLIGHT = 64;
const RETRY_MS = 2_000;
/** A request that failed beside a line that lives on: the server had no room, or that one connection broke. */
const UPLOAD_AGAIN_MS = 5_000;
/** A refusal comes after the acknowledgement of its number: so many sent steps are kept to say which one it was. */
const SENT_KEPT = 64;

export class Uplink {
  readonly pending: ReadonlySignal<readonly CommandEntry[]>;
  readonly refused: ReadonlySignal<readonly RefusedEntry[]>;
  readonly ecgs: ReadonlySignal<readonly EcgBlob[]>;
  readonly photos: ReadonlySignal<readonly PhotoBlob[]>;
  readonly waves: Waves;

  readonly #pending = signal<readonly CommandEntry[]>([]);
  readonly #refused = signal<readonly RefusedEntry[]>([]);
  readonly #ecgs = signal<readonly EcgBlob[]>([]);
  readonly #photos = signal<readonly PhotoBlob[]>([]);
  readonly #link: LiveLink;
  readonly #store: CrewStore;
  readonly #stops: (() => void)[];
  #readings: readonly ReadingEntry[] = [];
  /** The last reading sent on this line. */
  #readSeq = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  #uploadAgain: ReturnType<typeof setTimeout> | null = null;
  #uploading = false;
  #closed = false;
  #sent: readonly CommandEntry[] = [];

  private constructor(link: LiveLink, store: CrewStore) {
    this.#link = link;
    this.#store = store;
    this.pending = this.#pending;
    this.refused = this.#refused;
    this.ecgs = this.#ecgs;
    this.photos = this.#photos;
    this.#stops = [
      link.onControl("welcome", (frame) => void this.#welcomed(frame)),
      link.onControl("ack", (frame) => void this.#committed(frame)),
      link.onControl("nack", (frame) => void this.#refusedOne(frame)),
    ];
    this.waves = new Waves(link, store, () => this.#pending.peek().length + this.#readings.length);
  }

  static async start(link: LiveLink, store: CrewStore): Promise<Uplink> {
    const uplink = new Uplink(link, store);
    await uplink.#load();
    uplink.#refused.value = (await store.recall<readonly RefusedEntry[]>("refused")) ?? [];
    uplink.#ecgs.value = await store.ecgs();
    uplink.#photos.value = await store.photos();
    uplink.#drain();
    return uplink;
  }

  /** Store a step, then try to send it. Resolves when it is durable on this tablet. */
  async add<S extends Slug>(slug: S, data: Commands[S], atServerMs: number = this.#link.serverNow()): Promise<void> {
    const entry = await this.#store.append(STEPS, (stream, seq) => {
      return { stream, seq, ...this.#stamp(atServerMs), slug, data } as unknown as CommandEntry;
    });
    this.#pending.value = [...this.#pending.value, entry];
    this.#link.send(putFrame(entry));
  }

  /** Store what the monitor read; it goes up behind the steps, before waveforms. */
  async addReading(reading: ReadingEntry["reading"]): Promise<void> {
    const entry = await this.#store.append(VITALS, (stream, seq): ReadingEntry => ({ stream, seq, ...this.#stamp(this.#link.serverNow()), reading }));
    this.#readings = [...this.#readings, entry];
    this.#sendReadings();
  }

  #stamp(atServerMs: number): { id: string; at: string; clock_offset_ms: number | null } {
    const clock_offset_ms = this.#link.anchor() === null ? null : Math.round(this.#link.serverNow() - Date.now());
    return { id: ulid(), at: new Date(Math.round(atServerMs)).toISOString(), clock_offset_ms };
  }

  /** Keep a 12-lead until its samples are on the server; only then it is reported. */
  async addEcg(blob: EcgBlob): Promise<void> {
    await this.#store.keepEcg(blob);
    this.#ecgs.value = [...this.#ecgs.value, blob];
    void this.#upload();
  }

  /** Keep a photo until it is whole on the server; only then it is named. */
  async addPhoto(blob: PhotoBlob): Promise<void> {
    await this.#store.keepPhoto(blob);
    this.#photos.value = [...this.#photos.value, blob];
    void this.#upload();
  }

  /** The crew has read a refusal. */
  async dismiss(id: string): Promise<void> {
    this.#refused.value = this.#refused.value.filter((one) => one.entry.id !== id);
    await this.#store.remember("refused", this.#refused.value);
  }

  /** Other people hold the tablet: refusals of the last crew's steps are not theirs to read. */
  async dismissAll(): Promise<void> {
    this.#refused.value = [];
    await this.#store.remember("refused", []);
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops) stop();
    this.waves.close();
    for (const timer of [this.#retry, this.#uploadAgain]) if (timer !== null) clearTimeout(timer);
  }

  async #load(): Promise<void> {
    const owed = await this.#store.pending();
    this.#pending.value = owed.filter(isCommand);
    this.#readings = owed.filter((entry): entry is ReadingEntry => !isCommand(entry));
    this.#readSeq = 0;
  }

  #drain(): void {
    for (const entry of this.#pending.value) if (!this.#link.send(putFrame(entry))) return;
    this.#readSeq = 0;
    this.#sendReadings();
    void this.#upload();
  }

  /** Send the readings that follow, so many at once that a step gets through between them. */
  #sendReadings(): void {
    const most = (this.#readings[0]?.seq ?? 0) + READINGS_IN_FLIGHT;
    for (const entry of this.#readings) {
      if (entry.seq <= this.#readSeq) continue;
      if (entry.seq >= most || !this.#link.send(putFrame(entry))) return;
      this.#readSeq = entry.seq;
    }
  }

  async #welcomed(frame: WelcomeFrame): Promise<void> {
    const given = await Promise.all(STREAMS.map((name) => this.#store.lastSeq(name)));
    if (this.#closed) return;
    const ahead = STREAMS.find((name, i) => (frame.streams[this.#store.stream(name)] ?? 0) > (given[i] ?? 0));
    if (ahead !== undefined) return this.#renew(this.#store.stream(ahead)); // our storage is an old copy
    this.#pending.value = afterWelcome(this.#pending.value, frame.streams);
    this.#readings = afterWelcome(this.#readings, frame.streams);
    for (const [stream, seq] of Object.entries(frame.streams)) await this.#store.forget(stream, seq);
    this.#drain();
  }

  async #committed({ stream, seq }: AckFrame): Promise<void> {
    if (isWave(stream)) return;
    this.#sent = [...this.#sent, ...this.#pending.value.filter((one) => one.stream === stream && one.seq <= seq)].slice(-SENT_KEPT);
    this.#pending.value = afterCommit(this.#pending.value, stream, seq);
    this.#readings = afterCommit(this.#readings, stream, seq);
    this.#sendReadings();
    await this.#store.forget(stream, seq);
  }

  async #renew(stream: string): Promise<void> {
    await this.#store.renew(stream);
    await this.#load();
    this.#drain();
  }

  async #refusedOne(frame: NackFrame): Promise<void> {
    if (frame.stream === null || isWave(frame.stream)) return; // a frame without a number: nothing of the outbox
    if (frame.code === "stream_conflict") return this.#renew(frame.stream);
    if (frame.retry) {
      this.#retry ??= setTimeout(() => {
        this.#retry = null;
        this.#drain();
      }, RETRY_MS);
      return;
    }
    const entry = [...this.#sent, ...this.#pending.value].find((one) => one.stream === frame.stream && one.seq === frame.seq);
    if (entry !== undefined) {
      this.#refused.value = [...this.#refused.value, { entry, code: frame.code, text: frame.text }];
      await this.#store.remember("refused", this.#refused.value);
    }
    await this.#committed({ t: "ack", stream: frame.stream, seq: frame.seq }); // a refusal is committed too
  }

  /** Send what is owed, ECGs first; what comes meanwhile has its turn, and what fails is tried again on a line that lives on. */
  async #upload(): Promise<void> {
    if (this.#uploading) return;
    this.#uploading = true;
    try {
      for (;;) {
        const [ecg] = this.#ecgs.peek();
        const [photo] = this.#photos.peek();
        const sent = ecg !== undefined ? await this.#uploadOne(ecg) : photo === undefined || (await this.#uploadPhoto(photo));
        if (!sent) return this.#uploadLater();
        if (ecg === undefined && photo === undefined) return;
      }
    } finally {
      this.#uploading = false;
    }
  }

  #uploadLater(): void {
    if (this.#closed) return;
    this.#uploadAgain ??= setTimeout(() => {
      this.#uploadAgain = null;
      void this.#upload();
    }, UPLOAD_AGAIN_MS);
  }

  /** Send what is missing of a photo; false when the line does not bear it now. */
  async #uploadPhoto(blob: PhotoBlob): Promise<boolean> {
    const sent = await sendPhoto(blob);
    if (sent === "later" || this.#closed) return false;
    const { photo_id, patient_id, jpeg } = blob;
    const data = { patient_id, photo_id, size_bytes: jpeg.byteLength };
    if (sent === "whole") await this.add("attach-photo", data, Date.parse(blob.at));
    else await this.#notTaken({ stream: "", seq: 0, id: photo_id, at: blob.at, clock_offset_ms: null, slug: "attach-photo", data }, "crew.not_taken.photo");
    await this.#store.dropPhoto(photo_id);
    this.#photos.value = this.#photos.value.filter((one) => one.photo_id !== photo_id);
    return true;
  }

  async #uploadOne(blob: EcgBlob): Promise<boolean> {
    let answer: Response;
    try {
      answer = await fetch(`/api/patients/${blob.patient_id}/ecgs/${blob.ecg_id}`, { method: "PUT", headers: ecgHeaders(blob), body: blob.samples });
    } catch (error) {
      if (error instanceof TypeError) return false; // no network now
      throw error;
    }
    const there = answer.ok || answer.status === 409; // 409: it is there already
    if ((!there && mayCome(answer.status)) || this.#closed) return false;
    const { patient_id, ecg_id, sample_rate_hz, leads, device_id } = blob;
    const data = { patient_id, ecg_id, sample_rate_hz, leads, device_id };
    if (there) await this.add("record-ecg", data, Date.parse(blob.at));
    else await this.#notTaken({ stream: "", seq: 0, id: ecg_id, at: blob.at, clock_offset_ms: null, slug: "record-ecg", data }, "crew.not_taken.ecg");
    await this.#store.dropEcg(ecg_id);
    this.#ecgs.value = this.#ecgs.value.filter((one) => one.ecg_id !== ecg_id);
    return true;
  }

  /** Say what the server will never take: nothing vanishes from a tablet without a word, and nothing behind it waits. */
  async #notTaken(entry: CommandEntry, code: "crew.not_taken.ecg" | "crew.not_taken.photo"): Promise<void> {
    this.#refused.value = [...this.#refused.value, { entry, code, text: texts[code] }];
    await this.#store.remember("refused", this.#refused.value);
  }
}

function ecgHeaders(blob: EcgBlob): Record<string, string> {
  return authorised({
    "content-type": "application/octet-stream",
    "x-sample-rate-hz": String(blob.sample_rate_hz),
    "x-leads": blob.leads.join(","),
    "x-uv-per-lsb": String(blob.uv_per_lsb),
  });
}
