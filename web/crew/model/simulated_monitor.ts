/**
 * A simulated monitor for the demo: a 12-lead of plausible shape, always marked as simulated. Pure: chance comes from a seed.
 * Waves are sums of bell curves per lead (position in the beat, height in mV, width); `stElevation` lifts V1–V4.
 */
import { TWELVE_LEADS } from "@shared/wave.ts";

export const RATE_HZ = 500;
export const UV_PER_LSB = 5;

interface Bell {
  readonly at: number;
  readonly mv: number;
  readonly width: number;
}

/** R height, S depth and T height in mV of the measured leads; the other four follow from I and II. */
const SHAPES = {
  I: [0.7, -0.1, 0.2], II: [1.1, -0.15, 0.3], V1: [0.2, -0.9, 0.1], V2: [0.4, -1.3, 0.35], V3: [0.8, -0.9, 0.4], V4: [1.4, -0.5, 0.4],
  V5: [1.3, -0.25, 0.35], V6: [1.0, -0.1, 0.25],
} as const satisfies Readonly<Record<string, readonly [number, number, number]>>;
type Measured = keyof typeof SHAPES;
const ANTERIOR: ReadonlySet<string> = new Set(["V1", "V2", "V3", "V4"]);

function bells(lead: Measured, stElevation: boolean): readonly Bell[] {
  const [r, s, t] = SHAPES[lead];
  const beat: Bell[] = [
    { at: 0.14, mv: 0.12, width: 0.02 }, { at: 0.3, mv: r, width: 0.011 }, { at: 0.335, mv: s, width: 0.012 }, { at: 0.56, mv: t, width: 0.045 },
  ];
  return stElevation && ANTERIOR.has(lead) ? [...beat, { at: 0.44, mv: 0.32, width: 0.07 }] : beat;
}

/** Ten seconds of twelve leads, interleaved int16; III = II − I, aVR = −(I + II)/2, aVL = I − II/2, aVF = II − I/2. */
export function simulatedEcg(seed: number, hr: number, stElevation: boolean): Int16Array {
  const frames = RATE_HZ * 10;
  const samples = new Int16Array(frames * TWELVE_LEADS.length);
  const beatS = 60 / Math.min(220, Math.max(30, hr));
  let noise = seed >>> 0;
  const measure = (lead: Measured, second: number): number => {
    noise = (Math.imul(noise, 1664525) + 1013904223) >>> 0;
    const inBeat = second % beatS;
    const heart = bells(lead, stElevation).reduce((sum, bell) => sum + bell.mv * Math.exp(-(((inBeat - bell.at) / bell.width) ** 2) / 2), 0);
    return (heart + (noise / 4294967296 - 0.5) * 0.02) * (1000 / UV_PER_LSB);
  };
  for (let i = 0; i < frames; i++) {
    const second = i / RATE_HZ;
    const one = measure("I", second);
    const two = measure("II", second);
    const chest = (["V1", "V2", "V3", "V4", "V5", "V6"] as const).map((lead) => measure(lead, second));
    samples.set([one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2, ...chest].map(Math.round), i * TWELVE_LEADS.length);
  }
  return samples;
}
