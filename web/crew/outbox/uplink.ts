/** Drain the outbox through the live link: send in order, forget only what the server has committed, show what it refused. */
import { signal, type ReadonlySignal } from "@preact/signals";
import { authorised } from "@shared/api.ts";
import type { Commands, Slug } from "@shared/commands.ts";
import type { AckFrame, LiveLink, NackFrame, WelcomeFrame } from "@shared/link.ts";
import { ulid } from "@shared/ulid.ts";
import { afterCommit, afterWelcome, putFrame, type CommandEntry, type RefusedEntry } from "./entry.ts";
import { sendPhoto } from "./photo.ts";
import type { CrewStore, EcgBlob, PhotoBlob } from "./store.ts";

/** The tablet's one stream. */
export const STREAM = "steps";
const RETRY_MS = 2_000;
/** A refusal comes after the acknowledgement of its number: so many sent steps are kept to say which one it was. */
const SENT_KEPT = 64;

export class Uplink {
  readonly pending: ReadonlySignal<readonly CommandEntry[]>;
  readonly refused: ReadonlySignal<readonly RefusedEntry[]>;
  readonly ecgs: ReadonlySignal<readonly EcgBlob[]>;
  readonly photos: ReadonlySignal<readonly PhotoBlob[]>;

  readonly #pending = signal<readonly CommandEntry[]>([]);
  readonly #refused = signal<readonly RefusedEntry[]>([]);
  readonly #ecgs = signal<readonly EcgBlob[]>([]);
  readonly #photos = signal<readonly PhotoBlob[]>([]);
  readonly #link: LiveLink;
  readonly #store: CrewStore;
  readonly #stops: (() => void)[];
  #retry: ReturnType<typeof setTimeout> | null = null;
  #uploading = false;
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
  }

  static async start(link: LiveLink, store: CrewStore): Promise<Uplink> {
    const uplink = new Uplink(link, store);
    uplink.#pending.value = await store.pending();
    uplink.#refused.value = (await store.recall<readonly RefusedEntry[]>("refused")) ?? [];
    uplink.#ecgs.value = await store.ecgs();
    uplink.#photos.value = await store.photos();
    uplink.#drain();
    return uplink;
  }

  /** Store a step, then try to send it. Resolves when it is durable on this tablet. */
  async add<S extends Slug>(slug: S, data: Commands[S], atServerMs: number = this.#link.serverNow()): Promise<void> {
    const clock_offset_ms = this.#link.anchor() === null ? null : Math.round(this.#link.serverNow() - Date.now());
    const at = new Date(Math.round(atServerMs)).toISOString();
    const entry = await this.#store.append(STREAM, (stream, seq) => {
      return { stream, seq, id: ulid(), at, clock_offset_ms, slug, data } as unknown as CommandEntry;
    });
    this.#pending.value = [...this.#pending.value, entry];
    this.#link.send(putFrame(entry));
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
    for (const stop of this.#stops) stop();
    if (this.#retry !== null) clearTimeout(this.#retry);
  }

  #drain(): void {
    for (const entry of this.#pending.value) if (!this.#link.send(putFrame(entry))) return;
    void this.#upload();
  }

  async #welcomed(frame: WelcomeFrame): Promise<void> {
    const mine = this.#store.stream(STREAM);
    if ((frame.streams[mine] ?? 0) > (await this.#store.lastSeq(STREAM))) return this.#renew(mine); // our storage is an old copy
    this.#pending.value = afterWelcome(this.#pending.value, frame.streams);
    for (const [stream, seq] of Object.entries(frame.streams)) await this.#store.forget(stream, seq);
    this.#drain();
  }

  async #committed({ stream, seq }: AckFrame): Promise<void> {
    this.#sent = [...this.#sent, ...this.#pending.value.filter((one) => one.stream === stream && one.seq <= seq)].slice(-SENT_KEPT);
    this.#pending.value = afterCommit(this.#pending.value, stream, seq);
    await this.#store.forget(stream, seq);
  }

  async #renew(stream: string): Promise<void> {
    await this.#store.renew(stream);
    this.#pending.value = await this.#store.pending();
    this.#drain();
  }

  async #refusedOne(frame: NackFrame): Promise<void> {
    if (frame.stream === null) return; // a frame without a number: nothing of the outbox
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

  async #upload(): Promise<void> {
    if (this.#uploading) return;
    this.#uploading = true;
    try {
      for (const blob of this.#ecgs.value) if (!(await this.#uploadOne(blob))) return;
      for (const blob of this.#photos.value) if (!(await this.#uploadPhoto(blob))) return;
    } finally {
      this.#uploading = false;
    }
  }

  /** Send what is missing of a photo; false when the line does not bear it now. */
  async #uploadPhoto(blob: PhotoBlob): Promise<boolean> {
    const sent = await sendPhoto(blob);
    if (sent === "later") return false;
    const { photo_id, patient_id, jpeg } = blob;
    if (sent === "whole") await this.add("attach-photo", { patient_id, photo_id, size_bytes: jpeg.byteLength }, Date.parse(blob.at));
    await this.#store.dropPhoto(photo_id);
    this.#photos.value = this.#photos.value.filter((one) => one.photo_id !== photo_id);
    return true;
  }

  async #uploadOne(blob: EcgBlob): Promise<boolean> {
    let answer: Response;
    try {
      answer = await fetch(`/api/patients/${blob.patient_id}/ecgs/${blob.ecg_id}`, { method: "PUT", headers: ecgHeaders(blob), body: blob.samples });
    } catch (error) {
      if (error instanceof TypeError) return false; // no network: the next welcome tries again
      throw error;
    }
    if (!answer.ok && answer.status !== 409) return false; // 409: it is there already
    const { patient_id, ecg_id, sample_rate_hz, leads, device_id } = blob;
    await this.add("record-ecg", { patient_id, ecg_id, sample_rate_hz, leads, device_id }, Date.parse(blob.at));
    await this.#store.dropEcg(ecg_id);
    this.#ecgs.value = this.#ecgs.value.filter((one) => one.ecg_id !== ecg_id);
    return true;
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
