/** One signed-in seat: the live link and everything that hangs on it. Opened at sign-in, closed at sign-out. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { api, HttpRefused } from "@shared/api.ts";
import { LiveLink } from "@shared/link.ts";
import type { Slug } from "@shared/commands.ts";
import type { Eta, WeightsFrame } from "@shared/frames.ts";
import type { Session } from "@shared/signed_in.ts";
import { Sounder } from "@shared/sound.ts";
import { may } from "../logic/rights.ts";
import type { StepTargets } from "../logic/turnout.ts";
import { queueOf, type Queue } from "../logic/queue.ts";
import { Actions } from "./actions.ts";
import { Records } from "./records.ts";
import { Monitors } from "./monitors.ts";
import { Feed } from "./feed.ts";
import { RoadDraft } from "../roads/draft.ts";
import { Positions } from "./positions.ts";
import { Advisor } from "./recommendation.ts";
import { ReachView } from "./reach.ts";
import { Selection } from "./selection.ts";
import { Telephone } from "./telephone.ts";

/** What the page knows about its city's ground. */
export interface CityFacts {
  readonly city: string;
  readonly fictional: boolean;
  readonly attribution: string;
  readonly center: readonly [number, number];
  readonly bbox: readonly [number, number, number, number];
  /** The site's online geocoder, beside the call and never on its way; null: there is none. */
  readonly online_places: string | null;
  /** By when each step from the ring to rolling wheels should be done, seconds. */
  readonly step_targets: StepTargets;
}

/** A busy city changes forty times a second, and each change drawn for itself takes a page without a graphics card 10 to 20 ms: the next would wait behind it. */
const GATHER_MS = 50;

export class Desk {
  readonly session: Session;
  readonly link: LiveLink;
  readonly selection = new Selection();
  readonly positions = new Positions();
  readonly roads = new RoadDraft();
  readonly reach = new ReachView();
  /** Which travel times the server answers with; null until it has said so. */
  readonly weights = signal<WeightsFrame | null>(null);
  readonly feed: Feed;
  readonly advisor: Advisor;
  readonly actions = new Actions(this);
  readonly records = new Records(this);
  readonly monitors = new Monitors();
  readonly sounder = new Sounder();
  readonly telephone: Telephone;
  readonly queue: ReadonlySignal<Queue>;
  /** Server time, epoch ms, renewed every second: whoever reads it redraws once a second. */
  readonly now: ReadonlySignal<number>;
  readonly city: ReadonlySignal<CityFacts | null>;
  readonly etas = signal<ReadonlyMap<string, Eta>>(new Map());
  readonly #stops: (() => void)[] = [];

  constructor(session: Session) {
    this.session = session;
    this.link = new LiveLink({ device: `console-${session.account}`, gatherMs: GATHER_MS });
    this.feed = new Feed(() => this.link.serverNow());
    this.advisor = new Advisor(this.selection, this.link, this.weights);
    this.now = this.#tick();
    const { calls, incidents, tasks } = this.link.tables;
    this.queue = computed(() => queueOf(calls.value.values(), incidents.value.values(), tasks.value.values(), session.account));
    this.city = this.#askCity();
    this.telephone = new Telephone(this);
    this.#stops.push(
      this.reach.follow(this),
      this.link.onTelemetry("weights", (frame) => (this.weights.value = frame)),
      this.link.onTelemetry("positions", this.positions.take),
      this.link.onTelemetry("vitals", this.monitors.take),
      this.link.onTelemetry("etas", (frame) => {
        this.etas.value = new Map([...this.etas.peek(), ...Object.entries(frame.units)]);
      }),
      // Sound is scarce: it rings while somebody rings, and once when a machine's failure becomes a person's task.
      effect(() => this.sounder.set(this.#somebodyRings() ? "medium" : "none")),
      this.#soundNewTasks(),
    );
  }

  /** Say whether this seat may send a command at all; the desk decides about the case. */
  may(slug: Slug): boolean {
    return may(this.session.role, slug);
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.advisor.close();
    this.telephone.close();
    this.sounder.close();
    this.link.close();
  }

  /** A seat of the neighbouring group hears only what its neighbours have no hands for. */
  #somebodyRings(): boolean {
    const group = this.link.tables.seats.value.get(this.session.account)?.group;
    const isNeighbour = group !== undefined && group === this.telephone.targets.value?.overflow_group;
    return this.queue.value.calls.some((call) => call.phase === "ringing" && (!isNeighbour || call.overflow_group === group));
  }

  #soundNewTasks(): () => void {
    let known: ReadonlySet<string> | null = null;
    return effect(() => {
      if (!this.link.ready.value) return;
      const open = new Set(this.queue.value.tasks.map(({ id }) => id));
      const before = known;
      known = open;
      if (before !== null && [...open].some((id) => !before.has(id))) this.sounder.play("low");
    });
  }

  #tick(): ReadonlySignal<number> {
    const now = signal(this.link.serverNow());
    const timer = setInterval(() => (now.value = this.link.serverNow()), 1_000);
    this.#stops.push(() => clearInterval(timer));
    return now;
  }

  #askCity(): ReadonlySignal<CityFacts | null> {
    const city = signal<CityFacts | null>(null);
    api<CityFacts>("/api/city")
      .then((facts) => (city.value = facts))
      .catch((error: unknown) => {
        if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
      });
    return city;
  }
}

export const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("a zone of the console stands outside of its desk");
  return desk;
}
