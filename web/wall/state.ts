/** The wall's state: the link, the newest telemetry per patient and unit, and the steady order of the tiles. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { api, HttpRefused } from "@shared/api.ts";
import { send, type Commands, type Refusal, type Slug } from "@shared/commands.ts";
import { LiveLink } from "@shared/link.ts";
import type { RegisterRow } from "@shared/answers.ts";
import type { Eta, VitalsFrame } from "@shared/frames.ts";
import type { Session } from "@shared/signed_in.ts";
import type { WaveChunk } from "@shared/wave.ts";
import { arranged } from "./model/order.ts";
import { arrivalOf, attention, takenBy, tilesOf, type ArrivalView, type Tile } from "./model/tiles.ts";

const REGISTER_EVERY_MS = 10_000;
/** How long a tile that changed places says so, real ms. */
const MOVED_SHOWS_MS = 10_000;

export class Wall {
  readonly session: Session;
  readonly link: LiveLink;
  /** Whether this screen can sound; every ping says so to the control room. */
  armed = false;
  readonly now = signal(0);
  readonly vitals = signal<ReadonlyMap<string, VitalsFrame>>(new Map());
  readonly registers = signal<ReadonlyMap<string, readonly RegisterRow[]>>(new Map());
  readonly moved = signal<ReadonlyMap<string, number>>(new Map());
  readonly refusal = signal<Refusal | null>(null);
  readonly tiles: ReadonlySignal<readonly Tile[]>;
  readonly waiting: ReadonlySignal<readonly Tile[]>;
  /** Taken over already: papers, signatures and minutes still follow. */
  readonly taken: ReadonlySignal<readonly Tile[]>;
  readonly order = signal<readonly string[]>([]);
  readonly #etas = signal<ReadonlyMap<string, { value: Eta; atMs: number }>>(new Map());
  readonly #received = new Set<string>();
  readonly #stops: (() => void)[] = [];

  constructor(session: Session) {
    this.session = session;
    this.link = new LiveLink({ device: `wall/${session.account}`, pulse: () => (session.role === "department" && document.visibilityState === "visible" ? { armed: this.armed } : {}) });
    const { activations, patients, units } = this.link.tables;
    const nowS = computed(() => Math.floor(this.now.value / 1000) * 1000);
    this.tiles = computed(() => tilesOf(activations.value, patients.value, units.value, session.center_id, nowS.value));
    this.taken = computed(() => takenBy(activations.value, patients.value, units.value, session.center_id));
    this.waiting = computed(() => attention(this.tiles.value, nowS.value));
    this.#watch();
  }

  /** The tiles in the order in which they stand on the wall. */
  arranged(): readonly Tile[] {
    const byId = new Map(this.tiles.value.map((tile) => [tile.activation.id, tile]));
    return this.order.value.flatMap((id) => byId.get(id) ?? []);
  }

  arrival(tile: Tile): ArrivalView {
    return arrivalOf(tile, tile.unit === null ? undefined : this.#etas.value.get(tile.unit.id));
  }

  /** Ask the desk; a refusal stays on the wall until the next action. */
  readonly ask = async <S extends Slug>(slug: S, data: Commands[S]): Promise<boolean> => {
    const answer = await send(slug, data);
    this.refusal.value = answer.ok ? null : answer.refusal;
    return answer.ok;
  };

  onWave(callback: (chunk: WaveChunk) => void): () => void {
    return this.link.onTelemetry("wave", callback);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.link.close();
  }

  #watch(): void {
    const tick = setInterval(() => {
      this.now.value = this.link.serverNow();
    }, 250);
    this.now.value = this.link.serverNow();
    const ask = setInterval(() => void this.#askRegisters(), REGISTER_EVERY_MS);
    this.#stops.push(
      () => clearInterval(tick),
      () => clearInterval(ask),
      this.link.onTelemetry("vitals", (frame) => {
        this.vitals.value = new Map(this.vitals.value).set(frame.patient_id, frame);
      }),
      this.link.onTelemetry("etas", (frame) => {
        const next = new Map(this.#etas.value);
        for (const [unit, value] of Object.entries(frame.units)) next.set(unit, { value, atMs: Date.parse(frame.at) });
        this.#etas.value = next;
      }),
      effect(() => this.#arrange()),
      effect(() => this.#receive()),
      effect(() => this.link.watch(this.tiles.value.map((tile) => tile.activation.patient_id))),
      effect(() => {
        const wanted = this.tiles.value.map((tile) => `${tile.activation.patient_id}/${tile.activation.phase}`).join();
        if (wanted !== "") void this.#askRegisters();
      }),
    );
  }

  #arrange(): void {
    const arrivals = this.tiles.value.map((tile) => ({ id: tile.activation.id, arriveMs: this.arrival(tile).arriveMs }));
    const { order, moved } = arranged(this.order.peek(), arrivals);
    if (order.join() !== this.order.peek().join()) this.order.value = order;
    if (moved.size === 0) return;
    const until = performance.now() + MOVED_SHOWS_MS;
    const signs = new Map([...this.moved.peek()].filter(([, end]) => end > performance.now()));
    for (const id of moved) signs.set(id, until);
    this.moved.value = signs;
  }

  /** Tell the desk that it stands on the wall: only what really does, and only while somebody can see the page. */
  #receive(): void {
    if (document.visibilityState !== "visible") return;
    for (const { activation } of this.tiles.value) {
      if (activation.phase !== "sent" || this.#received.has(activation.id)) continue;
      this.#received.add(activation.id);
      void send("receive-activation", { activation_id: activation.id }).then((answer) => {
        if (!answer.ok && answer.refusal.code === "offline") this.#received.delete(activation.id);
      });
    }
  }

  async #askRegisters(): Promise<void> {
    for (const { activation } of [...this.tiles.peek(), ...this.taken.peek()]) {
      try {
        const rows = await api<readonly RegisterRow[]>(`/api/patients/${activation.patient_id}/register`);
        this.registers.value = new Map(this.registers.peek()).set(activation.patient_id, rows);
      } catch (error) {
        if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error; // the last register stays
      }
    }
  }
}
