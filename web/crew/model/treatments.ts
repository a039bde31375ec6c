/** What a crew gives or does with one tap, in the order of use; doses are those of the Chinese STEMI plan of 2015 (reference/clinical.md §2.4); the others are written by hand. */

export interface TreatmentKey {
  readonly code: string;
  readonly dose: string | null;
  /** The minute it registers, in the words of center_protocols.vocabulary.TimePoint. */
  readonly point: string | null;
  /** The protocol's block that forbids it while it stands. */
  readonly blockedBy: string | null;
}

const key = (code: string, dose: string | null = null, more: Partial<TreatmentKey> = {}): TreatmentKey => ({ code, dose, point: null, blockedBy: null, ...more });

export const TREATMENTS: readonly TreatmentKey[] = [
  key("oxygen"),
  key("iv_access"),
  key("aspirin", "300 mg", { point: "aspirin", blockedBy: "antithrombotics" }),
  key("clopidogrel", "300 mg", { point: "clopidogrel", blockedBy: "antithrombotics" }),
  key("ticagrelor", null, { point: "ticagrelor", blockedBy: "antithrombotics" }),
  key("heparin", null, { point: "anticoagulant", blockedBy: "antithrombotics" }),
  key("lysis", null, { blockedBy: "lysis" }),
  key("cpr", null, { point: "first_compression" }),
  key("defibrillation", null, { point: "first_shock" }),
  key("adrenaline"),
  key("airway"),
  key("ventilation"),
  key("tourniquet", null, { point: "tourniquet" }),
  key("packing"),
  key("pelvic_binder"),
  key("splint"),
  key("collar"),
  key("tranexamic_acid", null, { point: "tranexamic_acid" }),
  key("fluids"),
  key("glucose"),
  key("analgesia"),
  key("anticonvulsant"),
  key("magnesium"),
  key("oxytocin"),
  key("delivery"),
  key("warming"),
  key("antidote"),
];
