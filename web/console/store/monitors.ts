/** The newest reading of every monitor that this seat hears. Whoever shows one reads it anew with the clock, once a second. */
import type { VitalsFrame } from "@shared/frames.ts";

/** More patients than a city carries at a time; the ones unheard for longest give way. */
const KEPT = 500;

export class Monitors {
  readonly #frames = new Map<string, VitalsFrame>();

  take = (frame: VitalsFrame): void => {
    this.#frames.delete(frame.patient_id);
    this.#frames.set(frame.patient_id, frame);
    const oldest = this.#frames.keys().next().value;
    if (this.#frames.size > KEPT && oldest !== undefined) this.#frames.delete(oldest);
  };

  of(patientId: string): VitalsFrame | undefined {
    return this.#frames.get(patientId);
  }
}
