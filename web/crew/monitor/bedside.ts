/**
 * Carry what the monitor says into the outbox, for the patient it is bound to; until it is bound the server keeps it apart. Every tab of
 * the tablet hears the monitor, one of them stores and sends it.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { LiveLink } from "@shared/link.ts";
import type { Patient } from "@shared/rows.ts";
import type { WaveChunk } from "@shared/wave.ts";
import type { Uplink } from "../outbox/uplink.ts";
import { MonitorLine } from "./line.ts";
import type { Turn } from "./one_tab.ts";
import { diagnosticOf, withChunk, type Diagnostic } from "./recent.ts";

/** A trace that has ended so long ago is nobody's 12-lead of now, though the monitor still sends its numbers. */
const TRACE_ENDED_MS = 5_000;

export class Bedside {
  readonly line: MonitorLine;
  /** Ten seconds of twelve leads are there to be taken. */
  readonly ready: ReadonlySignal<boolean>;
  readonly #ready = signal(false);
  readonly #turn: Turn;
  #recent: readonly WaveChunk[] = [];
  #ended: ReturnType<typeof setTimeout> | null = null;

  /** `whose` says which patient a monitor belongs to: who it is bound to, else who is looked after; null when there is nobody. */
  constructor(link: LiveLink, uplink: Uplink, turn: Turn, whose: (device: string) => Patient | null) {
    this.ready = this.#ready;
    this.#turn = turn;
    this.line = new MonitorLine({
      reading: (reading) => {
        const patient = turn.mine() ? whose(reading.device_id) : null;
        if (patient !== null) void uplink.addReading({ patient_id: patient.id, ...reading });
      },
      wave: (chunk) => {
        const patient = whose(chunk.deviceId ?? "");
        this.#keep(chunk, patient?.device_id === chunk.deviceId ? patient : null);
        if (patient === null || !turn.mine()) return;
        // The gateway's clock is nobody's: a chunk comes when its last sample was taken.
        const lastedMs = (chunk.samples.length / chunk.leads / chunk.sampleRateHz) * 1000;
        void uplink.waves.take({ ...chunk, patientId: patient.id, atMs: link.serverNow() - lastedMs * link.speed.peek() });
      },
    });
  }

  /** Keep the last seconds of whoever wears the monitor: another patient's, or a trace that has ended, is no 12-lead of theirs. */
  #keep(chunk: WaveChunk, wearer: Patient | null): void {
    this.#recent = wearer === null ? [] : withChunk(this.#recent, { ...chunk, patientId: wearer.id });
    this.#ready.value = diagnosticOf(this.#recent) !== null;
    if (this.#ended !== null) clearTimeout(this.#ended);
    this.#ended = setTimeout(() => {
      this.#recent = [];
      this.#ready.value = false;
    }, TRACE_ENDED_MS);
  }

  /** The last ten seconds as a diagnostic 12-lead; null while they are not there. */
  diagnostic(): Diagnostic | null {
    return diagnosticOf(this.#recent);
  }

  close(): void {
    if (this.#ended !== null) clearTimeout(this.#ended);
    this.#turn.leave();
    this.line.close();
  }
}
