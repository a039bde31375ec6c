/** The tablet's durable storage: one database per account, so that nobody's unsent steps are sent under another name. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { ulid } from "@shared/ulid.ts";
import type { WaveChunk } from "@shared/wave.ts";
import type { Entry } from "./entry.ts";
import { renumbered, streamOf, type KeptWave } from "./kept_wave.ts";

/** A 12-lead whose samples have not reached the server. */
export interface EcgBlob {
  readonly ecg_id: string;
  readonly patient_id: string;
  readonly device_id: string;
  /** On the server's clock. */
  readonly at: string;
  readonly sample_rate_hz: number;
  readonly leads: readonly string[];
  readonly uv_per_lsb: number;
  readonly samples: ArrayBuffer;
}

/** A photo that is not whole on the server yet. */
export interface PhotoBlob {
  readonly photo_id: string;
  readonly patient_id: string;
  /** On the server's clock. */
  readonly at: string;
  readonly jpeg: ArrayBuffer;
}

interface Schema extends DBSchema {
  meta: { key: string; value: unknown };
  outbox: { key: [string, number]; value: Entry };
  ecgs: { key: string; value: EcgBlob };
  photos: { key: string; value: PhotoBlob };
  waves: { key: number; value: Omit<KeptWave, "kept"> & { kept?: number }; indexes: { stream: [string, number] } };
}

/** Before the account's name. */
export const DATABASE = "gc-crew-";
/** Chunks of half a second: nearly three hours; then the oldest go. */
const WAVES_MOST = 20_000;

/** What `remember` keeps about patients. */
const SHOWN = ["rows", "forms", "recommendation", "refused", "way"] as const;

export class CrewStore {
  readonly #db: IDBPDatabase<Schema>;
  #outboxId: string;

  private constructor(db: IDBPDatabase<Schema>, outboxId: string) {
    this.#db = db;
    this.#outboxId = outboxId;
  }

  get outboxId(): string {
    return this.#outboxId;
  }

  /** The full name of a stream, as the server knows it. */
  stream(name: string): string {
    return `${this.#outboxId}/${name}`;
  }

  static async open(account: string): Promise<CrewStore> {
    const db = await openDB<Schema>(`${DATABASE}${account}`, 3, {
      upgrade(fresh, old, _new, transaction) {
        fresh.createObjectStore("waves", { keyPath: "kept", autoIncrement: true }).createIndex("stream", ["stream", "first"]);
        if (old < 2) fresh.createObjectStore("photos", { keyPath: "photo_id" });
        if (old > 0) return;
        fresh.createObjectStore("meta");
        fresh.createObjectStore("outbox", { keyPath: ["stream", "seq"] });
        fresh.createObjectStore("ecgs", { keyPath: "ecg_id" });
        void transaction.objectStore("meta").put(ulid(), "outbox_id");
      },
    });
    return new CrewStore(db, (await db.get("meta", "outbox_id")) as string);
  }

  close(): void {
    this.#db.close();
  }

  /** Number and store one entry in one transaction: no gap and no double number, even with two tabs open. */
  async append<E extends Entry>(name: string, make: (stream: string, seq: number) => E): Promise<E> {
    const transaction = this.#db.transaction(["meta", "outbox"], "readwrite", { durability: "strict" });
    const meta = transaction.objectStore("meta");
    this.#outboxId = (await meta.get("outbox_id")) as string; // another tab may have begun anew
    const stream = this.stream(name);
    const seq = ((await meta.get(`seq/${name}`)) as number | undefined ?? 0) + 1;
    const entry = make(stream, seq);
    await Promise.all([meta.put(seq, `seq/${name}`), transaction.objectStore("outbox").add(entry), transaction.done]);
    return entry;
  }

  /** The last number given in a stream. */
  async lastSeq(name: string): Promise<number> {
    return (await this.recall<number>(`seq/${name}`)) ?? 0;
  }

  /**
   * Begin new streams: the server has another history of this one. All that is owed keeps its order and its ids, so what was
   * done already is not done again. Nothing happens when `stream` is not of this outbox (any more).
   */
  async renew(stream: string): Promise<void> {
    const transaction = this.#db.transaction(["meta", "outbox"], "readwrite", { durability: "strict" });
    const meta = transaction.objectStore("meta");
    this.#outboxId = (await meta.get("outbox_id")) as string;
    if (stream.startsWith(`${this.#outboxId}/`)) {
      const outbox = transaction.objectStore("outbox");
      const owed = await outbox.getAll();
      const counts = new Map<string, number>();
      this.#outboxId = ulid();
      await Promise.all([outbox.clear(), meta.delete(IDBKeyRange.bound("seq/", "seq/\uffff")), meta.put(this.#outboxId, "outbox_id")]);
      for (const entry of owed) {
        const name = entry.stream.slice(entry.stream.indexOf("/") + 1);
        const seq = (counts.get(name) ?? 0) + 1;
        counts.set(name, seq);
        await Promise.all([outbox.add({ ...entry, stream: this.stream(name), seq }), meta.put(seq, `seq/${name}`)]);
      }
    }
    await transaction.done;
  }

  /** Everything not yet committed by the server, in order. */
  pending(): Promise<Entry[]> {
    return this.#db.getAll("outbox");
  }

  async forget(stream: string, throughSeq: number): Promise<void> {
    await this.#db.delete("outbox", IDBKeyRange.bound([stream, 0], [stream, throughSeq]));
  }

  remember(key: string, value: unknown): Promise<unknown> {
    return this.#db.put("meta", value, key);
  }

  async recall<T>(key: string): Promise<T | null> {
    return ((await this.#db.get("meta", key)) as T | undefined) ?? null;
  }

  /** Forget every row and form that a screen has shown; the outbox, its numbers and the clock stay. */
  async forgetShown(): Promise<void> {
    await Promise.all(SHOWN.map((key) => this.#db.delete("meta", key)));
  }

  keepEcg(blob: EcgBlob): Promise<unknown> {
    return this.#db.put("ecgs", blob);
  }

  ecgs(): Promise<EcgBlob[]> {
    return this.#db.getAll("ecgs");
  }

  keepPhoto(blob: PhotoBlob): Promise<unknown> {
    return this.#db.put("photos", blob);
  }

  photos(): Promise<PhotoBlob[]> {
    return this.#db.getAll("photos");
  }

  async dropPhoto(photoId: string): Promise<void> {
    await this.#db.delete("photos", photoId);
  }

  async dropEcg(ecgId: string): Promise<void> {
    await this.#db.delete("ecgs", ecgId);
  }

  /** Keep a chunk until the server has it. When too many wait, the oldest go: their stream then begins anew. */
  async keepWave(chunk: WaveChunk, raw: ArrayBuffer): Promise<void> {
    const transaction = this.#db.transaction("waves", "readwrite");
    const kept = { stream: streamOf(chunk), first: chunk.firstSample, samples: chunk.samples.length / chunk.leads, raw };
    void transaction.store.add(kept);
    const excess = (await transaction.store.count()) - WAVES_MOST;
    if (excess > 0) {
      const oldest = await transaction.store.getAllKeys(null, excess);
      await transaction.store.delete(IDBKeyRange.upperBound(oldest.at(-1) ?? 0));
    }
    await transaction.done;
  }

  /** Owed chunks behind a place in the order of keeping. */
  async waves(after: number, limit: number): Promise<KeptWave[]> {
    return (await this.#db.getAll("waves", IDBKeyRange.lowerBound(after, true), limit)) as KeptWave[];
  }

  wavesOwed(): Promise<number> {
    return this.#db.count("waves");
  }

  async oldestWave(stream: string): Promise<KeptWave | null> {
    return ((await this.#db.getFromIndex("waves", "stream", ofStream(stream))) as KeptWave | undefined) ?? null;
  }

  /** Drop the committed chunks of a waveform: those that begin at or before a sample. */
  async forgetWaves(stream: string, throughSample: number): Promise<void> {
    const transaction = this.#db.transaction("waves", "readwrite");
    const keys = await transaction.store.index("stream").getAllKeys(ofStream(stream, throughSample));
    await Promise.all([...keys.map((key) => transaction.store.delete(key)), transaction.done]);
  }

  /** Drop a waveform that the server will never take. */
  dropWaves(stream: string): Promise<void> {
    return this.forgetWaves(stream, Number.MAX_SAFE_INTEGER);
  }

  /** Give what is left of a waveform another stream number, samples from 0: chunks before it are gone. */
  async restartWave(stream: string, streamNo: number): Promise<void> {
    const transaction = this.#db.transaction("waves", "readwrite");
    const owed = (await transaction.store.index("stream").getAll(ofStream(stream))) as KeptWave[];
    const before = owed[0]?.first ?? 0;
    await Promise.all([...owed.map((wave) => transaction.store.put(renumbered(wave, streamNo, before))), transaction.done]);
  }
}

function ofStream(stream: string, throughSample = Number.MAX_SAFE_INTEGER): IDBKeyRange {
  return IDBKeyRange.bound([stream, 0], [stream, throughSample]);
}
