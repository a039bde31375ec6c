/** Which findings the tablet asks for at each complaint. Names are those of `center_protocols/findings.py`; unknown is the default. */
import { guessComplaint, isComplaint, type Complaint } from "@shared/complaint.ts";
import type { Finding, Findings } from "@shared/rows.ts";

export type Known = "yes" | "no" | "unknown";

/** A yes-or-no question by its path. */
export interface Question {
  readonly path: string;
}
export interface Choice extends Question {
  readonly options: readonly (string | number)[];
}
export interface Quantity extends Question {
  readonly unit: string;
}

export interface Sheet {
  readonly known: readonly string[];
  readonly choices: readonly Choice[];
  readonly numbers: readonly Quantity[];
  /** Which clock time matters: onset, or when the patient was last seen well. */
  readonly clock: "onset_at" | "last_known_well_at" | null;
}

const sheet = (known: readonly string[], more: Partial<Sheet> = {}): Sheet => ({ known, choices: [], numbers: [], clock: null, ...more });

const LAMS: readonly Choice[] = [
  { path: "stroke.lams.face", options: [0, 1] },
  { path: "stroke.lams.arm", options: [0, 1, 2] },
  { path: "stroke.lams.grip", options: [0, 1, 2] },
];
const BREATHING: Choice = { path: "breathing", options: ["normal", "abnormal", "gasping", "absent"] };

const GENERAL = sheet(["severe_bleeding", "sweating_or_pale", "critical.shock", "critical.coma", "critical.respiratory_failure", "scene.infectious_suspected"], { choices: [BREATHING] });

export const SHEETS: Readonly<Record<Complaint, Sheet>> = {
  chest_pain: sheet(
    ["chest_pain.present", "chest_pain.ongoing", "chest_pain.radiating", "chest_pain.sweating_or_pale", "chest_pain.breathless", "chest_pain.fainted",
     "chest_pain.tearing", "chest_pain.pulse_or_pressure_difference", "chest_pain.shock_signs", "chest_pain.acute_heart_failure", "chest_pain.aspirin_allergy", "anticoagulant"],
    { clock: "onset_at", numbers: [{ path: "chest_pain.duration_min", unit: "min" }] },
  ),
  stroke_signs: sheet(
    ["stroke.face_droop", "stroke.arm_weakness", "stroke.speech_problem", "stroke.leg_weakness", "stroke.balance_loss", "stroke.vision_loss",
     "stroke.sudden_onset", "stroke.worst_headache", "stroke.seizure_at_onset", "stroke.ivt_contraindicated", "anticoagulant", "diabetes"],
    { clock: "last_known_well_at", choices: LAMS },
  ),
  trauma: sheet(
    ["trauma.injured", "severe_bleeding", "trauma.bleeding_needs_tourniquet_or_packing", "trauma.penetrating_head_neck_torso_proximal",
     "trauma.skull_deformity", "trauma.spinal_injury_with_deficit", "trauma.unstable_chest_wall", "trauma.pelvic_fracture",
     "trauma.two_proximal_long_bone_fractures", "trauma.amputation_above_wrist_or_ankle", "trauma.cannot_follow_commands", "trauma.respiratory_distress",
     "trauma.ejected", "trauma.extrication_needed", "trauma.pedestrian_thrown_or_run_over", "trauma.burn"],
    { numbers: [{ path: "trauma.fall_height_m", unit: "m" }] },
  ),
  breathing: sheet(["critical.respiratory_failure", "critical.cannot_finish_sentences", "cyanosis", "choking", "airway_obstructed", "critical.anaphylaxis", "sweating_or_pale", "scene.infectious_suspected"], { choices: [BREATHING] }),
  unconscious: sheet(
    ["responsive", "arrest.confirmed_by_crew", "arrest.witnessed", "arrest.bystander_cpr", "arrest.shockable_rhythm", "arrest.rosc", "arrest.obvious_death", "critical.coma"],
    { choices: [BREATHING], numbers: [{ path: "arrest.shocks_given", unit: "×" }, { path: "arrest.low_flow_min", unit: "min" }] },
  ),
  seizure: sheet(["critical.status_epilepticus", "stroke.seizure_at_onset", "stroke.seizure_history", "stroke.face_droop", "stroke.arm_weakness", "obstetric.pregnant"], { choices: [BREATHING] }),
  choking: sheet(["choking", "airway_obstructed", "cyanosis", "responsive"], { choices: [BREATHING] }),
  poisoning: sheet(["critical.serious_poisoning", "critical.coma", "critical.respiratory_failure", "critical.shock", "scene.hazard"], { choices: [BREATHING] }),
  bleeding: sheet(["severe_bleeding", "critical.gi_bleeding_massive", "critical.shock", "critical.abrupt_pressure_fall", "obstetric.pregnant", "anticoagulant"]),
  abdominal_pain: sheet(["critical.shock", "critical.gi_bleeding_massive", "obstetric.pregnant", "obstetric.ectopic_rupture_suspected", "chest_pain.tearing", "sweating_or_pale"], { clock: "onset_at" }),
  pregnancy: sheet(
    ["obstetric.pregnant", "obstetric.urge_to_push", "obstetric.crowning", "obstetric.abnormal_part", "obstetric.cord_visible", "obstetric.heavy_bleeding",
     "obstetric.seizure", "obstetric.unremitting_headache", "obstetric.waters_broken", "obstetric.multiple", "obstetric.previous_caesarean", "obstetric.birth_on_scene"],
    { numbers: [{ path: "obstetric.weeks", unit: "w" }, { path: "obstetric.blood_loss_ml", unit: "ml" }] },
  ),
  newborn: sheet(["newborn.apnoea_or_gasping", "newborn.cyanosis", "newborn.floppy", "newborn.seizure", "newborn.feeding_poorly", "newborn.effective_ppv_30s"], { numbers: [{ path: "newborn.gestation_weeks", unit: "w" }, { path: "newborn.minutes_since_birth", unit: "min" }] }),
  sick_child: sheet(["child.airway_failure", "child.breathing_failure", "child.circulation_failure", "child.fitting_now", "child.non_blanching_rash", "child.floppy", "choking", "cyanosis"]),
  mental_health: GENERAL,
  minor: GENERAL,
  other: GENERAL,
};

/** The value at a path such as "stroke.lams.arm"; undefined and "unknown" both mean that nobody has said. */
export function findingAt(findings: Findings, path: string): Finding | undefined {
  let value: Finding | undefined = findings;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || Array.isArray(value)) return undefined;
    value = (value as Findings)[name];
  }
  return value === "unknown" ? undefined : value;
}

/** A patch that holds one finding at its path. */
export function findingPatch(path: string, value: Finding): Findings {
  return path.split(".").reduceRight<Finding>((inner, name) => ({ [name]: inner }), value) as Findings;
}

/** What a tap on "yes" or "no" means: the same answer again takes it back. */
export function tapped(current: Finding | undefined, answer: "yes" | "no"): Known {
  return current === answer ? "unknown" : answer;
}

/** The complaint of the sheet to show: the crew's own, else the one that the caller's words name, else none of the five. */
export function complaintOf(findings: Findings, caller: string | null, namesOf: (complaint: Complaint) => readonly string[]): Complaint {
  const own = findings["complaint"];
  return typeof own === "string" && isComplaint(own) ? own : guessComplaint(caller, namesOf) ?? "other";
}
