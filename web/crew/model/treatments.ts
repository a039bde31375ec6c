/** What a crew gives or does with one tap, in the order of use; doses are those of the Chinese STEMI plan of 2015 (reference/clinical.md §2.4); the others are written by hand. The desk registers the minute (center_protocols.timepoints.GIVEN_POINTS). */

export interface TreatmentKey {
  readonly code: string;
  readonly dose: string | null;
  /** The protocol's block that forbids it while it stands. */
  readonly blockedBy: string | null;
}

const key = (code: string, dose: string | null = null, more: Partial<TreatmentKey> = {}): TreatmentKey => ({ code, dose, blockedBy: null, ...more });

export const TREATMENTS: readonly TreatmentKey[] = [
  key("oxygen"),
  key("iv_access"),
  key("aspirin", "300 mg", { blockedBy: "antithrombotics" }),
  key("clopidogrel", "300 mg", { blockedBy: "antithrombotics" }),
  key("ticagrelor", null, { blockedBy: "antithrombotics" }),
  key("heparin", null, { blockedBy: "antithrombotics" }),
  key("lysis", null, { blockedBy: "lysis" }),
  key("nitrate", null, { blockedBy: "prehospital_nitrate" }),
  key("bp_lowering", null, { blockedBy: "intensive_bp_lowering" }),
  key("compressions"),
  key("shock"),
  key("adrenaline"),
  key("airway"),
  key("ventilation"),
  key("tourniquet"),
  key("packing"),
  key("pelvic_binder"),
  key("splint"),
  key("collar"),
  key("immobilisation"),
  key("tranexamic_acid"),
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
