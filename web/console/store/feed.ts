/** What the console answered, newest first: results, refusals and problems, each with its time. */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { Both } from "@shared/words.ts";

export interface Message {
  readonly id: number;
  readonly at: number;
  readonly kind: "done" | "refused";
  readonly text: Both;
}

const KEPT = 30;

export class Feed {
  readonly messages: ReadonlySignal<readonly Message[]>;
  readonly #messages = signal<readonly Message[]>([]);
  readonly #now: () => number;
  #count = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.messages = this.#messages;
  }

  say(kind: Message["kind"], text: Both): void {
    this.#count += 1;
    this.#messages.value = [{ id: this.#count, at: this.#now(), kind, text }, ...this.#messages.value].slice(0, KEPT);
  }
}
