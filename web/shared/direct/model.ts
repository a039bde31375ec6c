/** The direct way as pure values: where the stretcher goes, how far each consent is, which numbers a patient has. */
import type { Commands, Slug } from "../commands.ts";
import type { Activation, Patient } from "../rows.ts";
import type { Iso } from "../words.ts";
import type { Consent, Handoff, HandoffTold, Order, Reading, Registration, WayInside } from "./rows.ts";

/** Ask the desk, however the page does it: the tablet by its outbox, wall and console at once. */
export type Ask = <S extends Slug>(slug: S, data: Commands[S]) => unknown;

export const DOORS = [
  "ed", "resus_bay", "cath_lab", "ct", "cta", "angio_suite", "or", "icu", "picu", "nicu", "delivery_suite", "obstetric_or", "ecpr_suite",
] as const;
export const PROCEDURES = ["pci", "lysis", "thrombectomy", "surgery", "caesarean", "transfusion"] as const;
export const ASKED = ["patient", "spouse", "child", "parent", "relative", "guardian", "nobody"] as const;
export const STEPS = ["started", "signed", "refused", "unable", "emergency_exemption"] as const;
export const WAY_PARTS = ["entrance", "lift", "floor", "room"] as const;

/** Where the protocol sends the stretcher; without a word, to the ED. */
export const proposedDoor = (activation: Pick<Activation, "bypass">): string => activation.bypass[0] ?? "ed";

/** Where it goes as things stand: the department's door, else the protocol's. */
export const doorNow = (activation: Pick<Activation, "bypass" | "chosen_door">): string => activation.chosen_door?.where ?? proposedDoor(activation);

/** A way that somebody should look at again before it is believed. */
export const isOld = (way: Pick<WayInside, "check_after">, nowMs: number): boolean => Date.parse(way.check_after) < nowMs;

/** The newest step of every consent, in the order in which they began. */
export function newestConsents(patient: Pick<Patient, "consents">): readonly Consent[] {
  return [...new Map(patient.consents.map((each) => [each.procedure, each])).values()];
}

export function registrationAt(patient: Pick<Patient, "registrations">, centerId: string | null): Registration | null {
  return patient.registrations.find((each) => each.center_id === centerId) ?? null;
}

const PROCEDURE_BEHIND: Readonly<Record<string, (typeof PROCEDURES)[number]>> = {
  cath_lab: "pci", ct: "lysis", cta: "lysis", angio_suite: "thrombectomy", or: "surgery", obstetric_or: "caesarean", delivery_suite: "caesarean",
};

/** What will most likely be asked behind this door. */
export const procedureBehind = (door: string): (typeof PROCEDURES)[number] => PROCEDURE_BEHIND[door] ?? "surgery";

const SHANGHAI_DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Asia/Shanghai" });

/** 2026-11-21 in Shanghai. */
export const day = (at: Iso): string => SHANGHAI_DAY.format(Date.parse(at));

/** What is ordered most, first; with the usual dose where there is one. */
export const ORDERS = [
  { code: "aspirin", dose: "300 mg" }, { code: "ticagrelor", dose: "180 mg" }, { code: "clopidogrel", dose: "300 mg" }, { code: "heparin", dose: null },
  { code: "ecg_again", dose: null }, { code: "vitals_again", dose: null }, { code: "oxygen", dose: null }, { code: "iv_access", dose: null },
  { code: "fluids", dose: null }, { code: "nitrate", dose: null }, { code: "bp_lowering", dose: null }, { code: "glucose", dose: null },
  { code: "analgesia", dose: null }, { code: "adrenaline", dose: null }, { code: "amiodarone", dose: null }, { code: "lysis", dose: null },
  { code: "tranexamic_acid", dose: null }, { code: "magnesium", dose: null }, { code: "oxytocin", dose: null }, { code: "anticonvulsant", dose: null },
  { code: "other", dose: null },
] as const;
const OWN_ORDERS = ["ecg_again", "vitals_again", "other"] as const;

/** Whether an order is none of the drugs and procedures that the catalogue names. */
export const isOwnOrder = (code: string): code is (typeof OWN_ORDERS)[number] => (OWN_ORDERS as readonly string[]).includes(code);

export const DECLINES = ["contraindicated", "patient_refuses", "not_available", "given_already", "not_possible", "other"] as const;

export interface OrderAnswer {
  readonly answer: "acknowledged" | "done" | "declined";
  readonly why?: string | null;
  readonly words?: string | null;
}

/** Everybody's last word on one ECG, and whether they differ. */
export function differing(readings: readonly Reading[]): { readonly words: readonly Reading[]; readonly differ: boolean } {
  const words = [...new Map(readings.map((each) => [each.by, each])).values()];
  return { words, differ: new Set(words.map((each) => each.reading)).size > 1 };
}

/** The orders that wait for the crew. */
export const unread = (orders: readonly Order[]): readonly Order[] => orders.filter((each) => each.phase === "given");

export const DISPUTED = ["where", "when", "condition", "treatment", "belongings", "other"] as const;

/** Each side's last version of the handover, and whether they name different places. */
export function versions(handoff: Pick<Handoff, "told">): { readonly told: readonly HandoffTold[]; readonly differ: boolean } {
  const told = [...new Map(handoff.told.map((each) => [each.side, each])).values()];
  return { told, differ: new Set(told.map((each) => each.where)).size > 1 };
}
