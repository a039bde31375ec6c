/**
 * Alarm bursts in the manner of IEC 60601-1-8: pulses of a 150–1000 Hz fundamental with four harmonics, ten for high, three for
 * medium, one for low. A browser is silent until a gesture (or a kiosk flag) allows sound: `armed` says which, always shown.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { AlarmLevel } from "./frames.ts";

export interface Pulse {
  readonly atS: number;
  readonly lengthS: number;
  readonly hz: number;
}

const HARMONICS = [1, 0.6, 0.4, 0.3, 0.2];

/** The pulses of one burst, from its beginning. High: 3 + 2, a pause, 3 + 2 again. */
export function burst(level: AlarmLevel): readonly Pulse[] {
  const group = (atS: number, notes: readonly number[], gapS: number, lengthS: number): Pulse[] =>
    notes.map((hz, i) => ({ atS: atS + i * gapS, lengthS, hz }));
  switch (level) {
    case "high": {
      const five = (atS: number): Pulse[] => [...group(atS, [523, 659, 784], 0.2, 0.14), ...group(atS + 0.75, [784, 988], 0.2, 0.14)];
      return [...five(0), ...five(1.75)];
    }
    case "medium":
      return group(0, [523, 659, 784], 0.35, 0.2);
    case "low":
      return group(0, [440], 0, 0.3);
    case "none":
      return [];
  }
}

/** Seconds from the beginning of one burst to the next while it is unanswered. */
const REPEAT_S: Readonly<Record<AlarmLevel, number>> = { high: 5, medium: 10, low: 20, none: Infinity };

export class Sounder {
  readonly armed: ReadonlySignal<boolean>;
  readonly #armed = signal(false);
  readonly #context = new AudioContext();
  #repeat: ReturnType<typeof setInterval> | null = null;
  #level: AlarmLevel = "none";
  /** Bursts played since the page started: what a test, and the daily sound check, looks at. */
  readonly played = signal(0);

  constructor() {
    this.armed = this.#armed;
    this.#context.addEventListener("statechange", this.#check);
    addEventListener("pointerdown", this.#wake);
    addEventListener("keydown", this.#wake);
    this.#wake();
  }

  /** Sound `level` now and again until told otherwise; "none" is silence. Calling with the same level changes nothing. */
  set(level: AlarmLevel): void {
    if (level === this.#level) return;
    this.#level = level;
    if (this.#repeat !== null) clearInterval(this.#repeat);
    this.#repeat = null;
    if (level === "none") return;
    this.play(level);
    this.#repeat = setInterval(() => this.play(level), REPEAT_S[level] * 1000);
  }

  /** Play one burst. */
  play(level: AlarmLevel): void {
    if (this.#context.state !== "running") return;
    for (const pulse of burst(level)) this.#pulse(pulse);
    this.played.value += 1;
  }

  close(): void {
    this.set("none");
    removeEventListener("pointerdown", this.#wake);
    removeEventListener("keydown", this.#wake);
    this.#context.removeEventListener("statechange", this.#check);
    void this.#context.close();
  }

  readonly #check = (): void => {
    const running = this.#context.state === "running";
    if (running && !this.#armed.value && this.#level !== "none") this.play(this.#level); // it was waiting for the gesture
    this.#armed.value = running;
  };

  readonly #wake = (): void => {
    if (this.#context.state === "suspended") void this.#context.resume().then(this.#check);
    this.#check();
  };

  #pulse({ atS, lengthS, hz }: Pulse): void {
    const start = this.#context.currentTime + atS;
    const gain = this.#context.createGain();
    gain.connect(this.#context.destination);
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.22, start + 0.02);
    gain.gain.setValueAtTime(0.22, start + lengthS - 0.03);
    gain.gain.linearRampToValueAtTime(0, start + lengthS);
    HARMONICS.forEach((share, i) => {
      const tone = this.#context.createOscillator();
      const level = this.#context.createGain();
      level.gain.value = share / HARMONICS.length;
      tone.frequency.value = hz * (i + 1);
      tone.connect(level).connect(gain);
      tone.start(start);
      tone.stop(start + lengthS + 0.02);
    });
  }
}
