/**
 * How many CSS pixels a millimetre of this screen has. A person measures it with a bank card and it stays on the device; it holds while
 * nothing is zoomed. Two screens of the same pixels and density are not told apart: whoever changes the screen measures again.
 */
import { signal, type ReadonlySignal } from "@preact/signals";

/** A bank card's edges: ISO/IEC 7810, ID-1. */
export const CARD_MM = { long: 85.6, short: 53.98 } as const;
/** From a television across a wall to a telephone: outside of it nobody has measured a card. */
export const PX_PER_MM = { least: 0.5, most: 20 } as const;
const CSS_PX_PER_MM = 96 / 25.4;
const KEY = "gc.screen_scale";
const WHOLE_KEY = "gc.ecg_whole";

export interface EcgScale {
  readonly pxPerMm: number;
  readonly calibrated: boolean;
}

interface Measured {
  readonly pxPerMm: number;
  /** The screen and zoom that it was measured on. */
  readonly screen: string;
}

/** What must be the same for a measurement to hold: density (a zoom changes it) and the screen's pixels, however it is held. */
export function screenNow(): string {
  return [devicePixelRatio, Math.min(screen.width, screen.height), Math.max(screen.width, screen.height)].join("/");
}

function measured(): Measured | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "null") as Partial<Measured> | null;
    const { pxPerMm = 0, screen: on = "" } = kept ?? {};
    return pxPerMm >= PX_PER_MM.least && pxPerMm <= PX_PER_MM.most ? { pxPerMm, screen: on } : null;
  } catch (broken) {
    if (broken instanceof SyntaxError) return null;
    throw broken;
  }
}

function found(): EcgScale {
  const kept = measured();
  const pinched = Math.abs((globalThis.visualViewport?.scale ?? 1) - 1) > 0.01;
  const holds = kept !== null && kept.screen === screenNow() && !pinched;
  return holds ? { pxPerMm: kept.pxPerMm, calibrated: true } : { pxPerMm: CSS_PX_PER_MM, calibrated: false };
}

const now = signal(found());
const whole = signal(localStorage.getItem(WHOLE_KEY) !== null);

/** The screen's scale of this moment. */
export const scale: ReadonlySignal<EcgScale> = now;
/** Somebody wants to see the whole picture rather than its true size. */
export const wantsWhole: ReadonlySignal<boolean> = whole;

/** Keep what was measured: a line of `px` CSS pixels is `mm` long on the glass. From then on pictures have their true size. */
export function calibrate(px: number, mm: number): void {
  localStorage.setItem(KEY, JSON.stringify({ pxPerMm: px / mm, screen: screenNow() } satisfies Measured));
  showWhole(false);
  look();
}

export function showWhole(wanted: boolean): void {
  if (wanted) localStorage.setItem(WHOLE_KEY, "1");
  else localStorage.removeItem(WHOLE_KEY);
  whole.value = wanted;
}

/** Look at the screen again: a zoom, another screen, another tab's measurement. */
export function look(): void {
  const next = found();
  if (next.calibrated !== now.peek().calibrated || next.pxPerMm !== now.peek().pxPerMm) now.value = next;
}

function followDensity(): void {
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", () => {
    look();
    followDensity();
  }, { once: true });
}

for (const heard of ["resize", "storage"]) addEventListener(heard, look);
globalThis.visualViewport?.addEventListener("resize", look);
followDensity();
