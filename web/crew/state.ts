/** The tablet's state after sign-in: the link, the outbox, and the rows with the unsent steps laid over them. */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { api, HttpRefused } from "@shared/api.ts";
import type { ClockAnchor } from "@shared/clock.ts";
import type { Commands, Slug } from "@shared/commands.ts";
import { LiveLink } from "@shared/link.ts";
import type { PatientRecommendation, Recommendation } from "@shared/answers.ts";
import type { Eta, VitalsFrame } from "@shared/frames.ts";
import type { Patient, Unit } from "@shared/rows.ts";
import type { Session } from "@shared/signed_in.ts";
import { onRun } from "./model/journey.ts";
import { mirrored, NO_ROWS, ROWS_SHAPE, type CrewRows, type Remembered } from "./model/mirror.ts";
import { crewHasChanged, EMPTY_FORMS, formsFor, type Forms } from "./model/shift.ts";
import { Bedside } from "./monitor/bedside.ts";
import { oneTab } from "./monitor/one_tab.ts";
import { CrewStore } from "./outbox/store.ts";
import { STREAMS, Uplink } from "./outbox/uplink.ts";
import { followPosition } from "./position.ts";
import type { Way } from "./model/turns.ts";
import type { Wheels } from "./model/wheels.ts";
import { followWheels } from "./wheels.ts";
import { followTurns, way } from "./turns.ts";

const RECOMMENDATION_EVERY_MS = 15_000;
/** What the monitor said before this page was there, real ms back; from then on it comes live. */
const MONITOR_LOOKBACK_MS = 60_000;

export class Crew {
  readonly unitId: string;
  readonly link: LiveLink;
  readonly uplink: Uplink;
  /** The vehicle's own monitor, as its gateway tells it. */
  readonly bedside: Bedside;
  readonly rows: ReadonlySignal<CrewRows>;
  readonly patient: ReadonlySignal<Patient | null>;
  readonly #boundTo: ReadonlySignal<string>;
  readonly forms;
  readonly eta = signal<Eta | null>(null);
  /** The newest reading of the patient on the screen. */
  readonly monitor: ReadonlySignal<VitalsFrame | null>;
  readonly #readings = signal<ReadonlyMap<string, VitalsFrame>>(new Map());
  readonly recommendation = signal<Recommendation | null>(null);
  /** When a vehicle stands, and where, as the desk counts it; kept for a start without a network. */
  readonly wheels = signal<Wheels | null>(null);
  /** Ticks every second on the server's clock; everything that counts down reads it. */
  readonly now = signal(0);
  readonly #store: CrewStore;
  readonly #stops: (() => void)[] = [];

  private constructor(session: Session, link: LiveLink, uplink: Uplink, store: CrewStore, remembered: CrewRows, forms: Forms) {
    const unitId = session.unit_id ?? "";
    this.unitId = unitId;
    this.link = link;
    this.uplink = uplink;
    this.#store = store;
    this.forms = signal(forms);
    const known = computed(() => (link.ready.value ? rowsOf(link, unitId) : remembered));
    this.rows = computed(() => mirrored(known.value, uplink.pending.value));
    this.patient = computed(() => {
      const { patients } = this.rows.value;
      return patients.find((one) => one.id === this.forms.value.patientId) ?? patients[0] ?? null;
    });
    this.monitor = computed(() => this.#readings.value.get(this.patient.value?.id ?? "") ?? null);
    this.#boundTo = computed(() => (this.patient.value?.device_id == null ? "" : `${this.patient.value.id}/${this.patient.value.device_id}`));
    this.bedside = new Bedside(link, uplink, oneTab(`gc-monitor/${session.account}`), (device) => this.#wearing(device));
    this.#watch(known);
  }

  static async open(session: Session): Promise<Crew> {
    const store = await CrewStore.open(session.account);
    const [remembered, forms, anchor] = await Promise.all([
      store.recall<Remembered>("rows"), store.recall<Forms>("forms"), store.recall<ClockAnchor>("anchor"),
    ]);
    const link = new LiveLink({ device: `crew/${store.outboxId}`, anchor, streams: () => STREAMS.map((name) => store.stream(name)) });
    const uplink = await Uplink.start(link, store);
    const crew = new Crew(session, link, uplink, store, remembered?.shape === ROWS_SHAPE ? remembered.rows : NO_ROWS, forms ?? EMPTY_FORMS);
    crew.wheels.value = await store.recall<Wheels>("wheels");
    crew.recommendation.value = await store.recall<Recommendation>("recommendation");
    way.value = await store.recall<Way>("way");
    return crew;
  }

  /** Store a step of the crew; it is shown at once and sent when there is a network. */
  do<S extends Slug>(slug: S, data: Commands[S], atServerMs?: number): Promise<void> {
    return this.uplink.add(slug, data, atServerMs);
  }

  fill(change: Partial<Forms>): void {
    this.forms.value = { ...this.forms.value, ...change };
  }

  /** The ranked centres for the patient on screen, when the server has said them. */
  centers(): PatientRecommendation | null {
    const id = this.patient.value?.id;
    const known = this.recommendation.value;
    if (known === null || known.incident_id !== this.rows.value.incident?.id) return null;
    return known.patients.find((one) => one.patient_id === id) ?? null;
  }

  /** Whose trace a monitor's is: who it is bound to; unbound it is kept, apart, with who is looked after; nobody's between runs. */
  #wearing(device: string): Patient | null {
    const { patients, unit } = this.rows.peek();
    if (unit === null || !onRun(unit.status)) return null;
    return patients.find((one) => one.device_id === device) ?? this.patient.peek();
  }

  /** Leave the tablet to somebody else: what is still owed stays and is sent later, everything shown is forgotten. */
  async leave(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop(); // else what is shown would be remembered again
    await this.#store.forgetShown();
    this.close();
  }

  /** Nothing about the last patient reaches the next crew; unsent steps and 12-leads stay until the server has them. */
  #forgetShift(): void {
    this.forms.value = EMPTY_FORMS;
    this.#readings.value = new Map();
    this.recommendation.value = null;
    way.value = null;
    void this.uplink.dismissAll();
    void this.#store.forgetShown();
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.bedside.close();
    this.uplink.close();
    this.link.close();
    this.#store.close();
  }

  #watch(known: ReadonlySignal<CrewRows>): void {
    let kept = -1;
    const tick = setInterval(() => {
      this.now.value = this.link.serverNow();
      const anchor = this.link.anchor();
      if (anchor === null || anchor.serverMs === kept) return;
      kept = anchor.serverMs;
      void this.#store.remember("anchor", anchor); // a reload without a network must not lose the server's clock
    }, 500);
    this.now.value = this.link.serverNow();
    let asked = "";
    let manned: Unit | null = null;
    const ask = setInterval(() => void this.#askRecommendation(), RECOMMENDATION_EVERY_MS);
    this.#stops.push(
      () => clearInterval(tick),
      () => clearInterval(ask),
      followPosition(this.link, this.unitId),
      followWheels(this, (known) => this.#store.remember("wheels", known)),
      followTurns(this, (found) => this.#store.remember("way", found)),
      effect(() => void this.#store.remember("rows", { shape: ROWS_SHAPE, rows: known.value } satisfies Remembered)),
      effect(() => void this.#store.remember("forms", this.forms.value)),
      effect(() => {
        const { incident, unit } = this.rows.value;
        if (crewHasChanged(manned, unit)) this.#forgetShift();
        manned = unit;
        const before = this.forms.peek();
        const forms = formsFor(before, incident?.id ?? null);
        if (forms === before) return;
        this.forms.value = forms;
        this.#readings.value = new Map();
      }),
      this.link.onTelemetry("etas", (frame) => {
        const mine = frame.units[this.unitId];
        if (mine !== undefined) this.eta.value = mine;
      }),
      this.link.onTelemetry("vitals", (frame) => {
        if (this.rows.peek().patients.some((one) => one.id === frame.patient_id)) this.#read(frame);
      }),
      effect(() => {
        // Once per patient and connection: the newest stored reading, with its age, also when the monitor has fallen silent.
        if (this.link.state.value === "live" && this.#boundTo.value !== "") void this.#readMonitor();
      }),
      effect(() => {
        // A new finding, a new place, a new destination: the ranking may be another one.
        const { incident, patients } = known.value;
        const why = JSON.stringify([incident?.id, incident?.place, patients.map((one) => [one.conditions.map((fired) => fired.code), one.findings_at, one.center_id])]);
        if (why === asked) return;
        asked = why;
        void this.#askRecommendation();
      }),
    );
  }

  async #readMonitor(): Promise<void> {
    const patient = this.patient.peek();
    if (patient === null || patient.device_id === null || this.link.state.peek() !== "live") return;
    const since = new Date(this.link.serverNow() - MONITOR_LOOKBACK_MS * this.link.speed.peek()).toISOString();
    try {
      const stored = await api<readonly Omit<VitalsFrame, "t" | "patient_id" | "levels">[]>(`/api/patients/${patient.id}/vitals?since=${since}`);
      const latest = stored.at(-1);
      const shown = this.#readings.peek().get(patient.id);
      if (latest === undefined || (shown !== undefined && Date.parse(shown.at) >= Date.parse(latest.at))) return;
      this.#read({ t: "vitals", patient_id: patient.id, levels: {}, ...latest });
    } catch (error) {
      if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error; // the last reading stays, with its age
    }
  }

  #read(frame: VitalsFrame): void {
    this.#readings.value = new Map(this.#readings.peek()).set(frame.patient_id, frame);
  }

  async #askRecommendation(): Promise<void> {
    const incident = this.rows.peek().incident;
    if (incident === null || this.link.state.peek() !== "live") return;
    try {
      this.recommendation.value = await api<Recommendation>(`/api/incidents/${incident.id}/recommendation`);
      await this.#store.remember("recommendation", this.recommendation.value);
    } catch (error) {
      if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error; // the last ranking stays, with its age
    }
  }
}

function rowsOf(link: LiveLink, unitId: string): CrewRows {
  const { units, assignments, incidents, calls, patients, activations, centers } = link.tables;
  const unit = units.value.get(unitId) ?? null;
  const run = unit?.assignment_id ?? unit?.last_assignment_id ?? null;
  const assignment = (run === null ? undefined : assignments.value.get(run)) ?? null;
  const place = unit?.standby?.incident_id ?? assignment?.incident_id;
  const incident = (place === undefined ? undefined : incidents.value.get(place)) ?? null;
  const ofIncident = <R extends { readonly incident_id: string }>(rows: ReadonlyMap<string, R>): readonly R[] =>
    [...rows.values()].filter((row) => row.incident_id === incident?.id);
  return {
    unit, assignment, incident,
    calls: ofIncident(calls.value),
    patients: ofIncident(patients.value).filter((one) => one.assignment_id === null || one.assignment_id === run),
    activations: ofIncident(activations.value),
    centers: [...centers.value.values()],
  };
}
