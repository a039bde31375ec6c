/** One tab stop per list: arrows, Home and End move among its `[data-roving]` elements. */
import { useLayoutEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

export interface Roving<T extends HTMLElement> {
  readonly ref: RefObject<T | null>;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocusIn: (event: FocusEvent) => void;
}

/** `beforeMove` runs before an arrow moves the focus: the moment in which a held order may be renewed. */
export function useRoving<T extends HTMLElement>(beforeMove?: () => void): Roving<T> {
  const ref = useRef<T>(null);
  const current = useRef<string | null>(null);
  const moving = useRef<{ id: string; step: number } | null>(null);

  useLayoutEffect(() => {
    const all = stops(ref.current);
    if (moving.current !== null) {
      const { id, step } = moving.current;
      moving.current = null;
      focusAt(all, all.findIndex((each) => each.dataset["roving"] === id) + step);
    }
    const active = all.find((each) => each.dataset["roving"] === current.current) ?? all[0];
    for (const each of all) each.tabIndex = each === active ? 0 : -1;
  });

  const onKeyDown = (event: KeyboardEvent): void => {
    const from = (event.target as HTMLElement).closest<HTMLElement>("[data-roving]");
    if (from === null || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = stops(ref.current);
    const step = STEPS[event.key];
    if (step !== undefined) {
      if (beforeMove === undefined) focusAt(all, all.indexOf(from) + step);
      else {
        moving.current = { id: from.dataset["roving"] ?? "", step };
        beforeMove(); // redraws; the layout effect then moves in the renewed order
      }
    } else if (event.key === "Home") focusAt(all, 0);
    else if (event.key === "End") focusAt(all, all.length - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const onFocusIn = (event: FocusEvent): void => {
    const stop = (event.target as HTMLElement).closest<HTMLElement>("[data-roving]");
    if (stop === null) return;
    current.current = stop.dataset["roving"] ?? null;
    for (const each of stops(ref.current)) each.tabIndex = each === stop ? 0 : -1;
  };

  return { ref, onKeyDown, onFocusIn };
}

function stops(list: HTMLElement | null): HTMLElement[] {
  return list === null ? [] : [...list.querySelectorAll<HTMLElement>("[data-roving]:not([disabled])")];
}

function focusAt(all: readonly HTMLElement[], at: number): void {
  all[Math.max(0, Math.min(all.length - 1, at))]?.focus();
}
