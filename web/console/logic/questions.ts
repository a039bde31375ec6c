/** Which questions a complaint asks, in the order of `center_protocols.call_triage`, and where their answers live in `center_protocols.findings`. Pure. */
import { COMPLAINTS, isComplaint, type Complaint } from "@shared/complaint.ts";
import type { Finding, Findings } from "@shared/rows.ts";

export type Question =
  | { readonly path: string; readonly kind: "known" }
  | { readonly path: string; readonly kind: "choice"; readonly options: readonly string[] }
  | { readonly path: string; readonly kind: "number"; readonly unit: string; readonly min: number; readonly max: number }
  | { readonly path: string; readonly kind: "age" }
  | { readonly path: string; readonly kind: "clock" };

const known = (path: string): Question => ({ path, kind: "known" });
const choice = (path: string, ...options: string[]): Question => ({ path, kind: "choice", options });
const number = (path: string, unit: string, min: number, max: number): Question => ({ path, kind: "number", unit, min, max });

/** Life first: consciousness and breathing, then who and why. */
const FIRST: readonly Question[] = [
  known("responsive"),
  choice("breathing", "normal", "abnormal", "gasping", "absent", "not_sure"),
  choice("consciousness", "alert", "confused", "voice", "pain", "unresponsive"),
  known("severe_bleeding"),
  { path: "age", kind: "age" },
  choice("sex", "male", "female"),
  known("cyanosis"),
  known("sweating_or_pale"),
];

/** What the place adds; asked last. */
const LAST: readonly Question[] = [
  known("scene.violence"),
  known("scene.fire"),
  known("scene.chemical"),
  known("scene.traffic"),
  known("scene.infectious_suspected"),
  known("scene.entrapped"),
  known("scene.stairs_without_lift"),
  number("scene.patients_count", "person", 1, 999),
];

const BY_COMPLAINT: Readonly<Record<Complaint, readonly Question[]>> = {
  chest_pain: [
    known("chest_pain.present"), known("chest_pain.ongoing"), number("chest_pain.duration_min", "min", 0, 10080), known("chest_pain.sweating_or_pale"),
    known("chest_pain.radiating"), known("chest_pain.breathless"), known("chest_pain.fainted"), known("chest_pain.tearing"),
    known("chest_pain.heart_history"), known("chest_pain.aspirin_allergy"),
  ],
  stroke_signs: [
    known("stroke.face_droop"), known("stroke.arm_weakness"), known("stroke.speech_problem"), known("stroke.sudden_onset"),
    { path: "last_known_well_at", kind: "clock" },
    known("stroke.leg_weakness"), known("stroke.balance_loss"), known("stroke.vision_loss"), known("stroke.worst_headache"),
    known("stroke.seizure_at_onset"), known("anticoagulant"), known("diabetes"),
  ],
  trauma: [
    known("trauma.injured"), known("trauma.cannot_follow_commands"), known("trauma.respiratory_distress"),
    known("trauma.penetrating_head_neck_torso_proximal"), known("trauma.spinal_injury_with_deficit"), number("trauma.fall_height_m", "m", 0, 300), known("trauma.pedestrian_thrown_or_run_over"),
    known("trauma.ejected"), known("trauma.rider_separated_with_impact"), known("trauma.extrication_needed"),
    known("trauma.amputation_above_wrist_or_ankle"), known("trauma.low_fall_with_head_impact"), known("trauma.burn"), known("anticoagulant"),
  ],
  breathing: [
    known("critical.cannot_finish_sentences"), known("cyanosis"), known("airway_obstructed"), known("critical.anaphylaxis"),
    known("chest_pain.present"), known("sweating_or_pale"),
  ],
  unconscious: [
    known("sudden_collapse"), known("arrest.witnessed"), known("arrest.bystander_cpr"), known("arrest.obvious_death"),
    known("arrest.drowning_or_asphyxia"), known("diabetes"), known("critical.serious_poisoning"),
  ],
  seizure: [known("critical.status_epilepticus"), known("stroke.seizure_history"), known("cyanosis"), known("diabetes"), known("obstetric.pregnant")],
  choking: [known("choking"), known("airway_obstructed"), known("cyanosis")],
  poisoning: [known("critical.serious_poisoning"), known("airway_obstructed"), known("scene.hazard")],
  bleeding: [known("severe_bleeding"), known("critical.gi_bleeding_massive"), known("sweating_or_pale"), known("anticoagulant"), known("obstetric.pregnant")],
  abdominal_pain: [known("sweating_or_pale"), known("critical.shock"), known("obstetric.pregnant"), known("critical.gi_bleeding_massive")],
  pregnancy: [
    known("obstetric.pregnant"), number("obstetric.weeks", "week", 0, 45), known("obstetric.urge_to_push"), known("obstetric.crowning"),
    known("obstetric.waters_broken"), number("obstetric.contraction_interval_min", "min", 0, 120), known("obstetric.heavy_bleeding"),
    known("obstetric.cord_visible"), known("obstetric.abnormal_part"), known("obstetric.seizure"), known("obstetric.unremitting_headache"), known("obstetric.birth_on_scene"),
    known("obstetric.previous_caesarean"), known("obstetric.multiple"),
  ],
  newborn: [
    known("newborn.apnoea_or_gasping"), known("newborn.cyanosis"), known("newborn.floppy"), number("newborn.minutes_since_birth", "min", 0, 43200),
    number("newborn.gestation_weeks", "week", 20, 45), known("newborn.feeding_poorly"), known("newborn.seizure"),
  ],
  sick_child: [
    known("child.breathing_failure"), known("child.airway_failure"), known("child.circulation_failure"), known("child.fitting_now"),
    known("child.non_blanching_rash"), known("child.floppy"),
  ],
  mental_health: [known("scene.violence"), known("critical.serious_poisoning"), known("severe_bleeding")],
  minor: [known("severe_bleeding"), known("chest_pain.present")],
  other: [known("chest_pain.present"), known("sweating_or_pale"), known("severe_bleeding"), known("diabetes"), known("anticoagulant")],
};

/** Every question of a complaint in the order it is asked; a question appears once. */
export function questionsFor(complaint: string | null): readonly Question[] {
  const own = complaint !== null && isComplaint(complaint) ? BY_COMPLAINT[complaint] : [];
  const seen = new Set<string>();
  return [...FIRST, ...own, ...LAST].filter(({ path }) => !seen.has(path) && seen.add(path));
}

/** All questions there are, for the command line. */
export function everyQuestion(): readonly Question[] {
  const seen = new Set<string>();
  return [...FIRST, ...COMPLAINTS.flatMap((each) => BY_COMPLAINT[each]), ...LAST].filter(({ path }) => !seen.has(path) && seen.add(path));
}

/** What is known at a path such as `stroke.face_droop`; undefined is unknown. */
export function findingAt(findings: Findings, path: string): Finding | undefined {
  let here: Finding | undefined = findings;
  for (const name of path.split(".")) {
    if (typeof here !== "object" || Array.isArray(here)) return undefined;
    here = (here as Findings)[name];
  }
  return here === "unknown" ? undefined : here;
}

/** The patch that says one thing: `{stroke: {face_droop: "yes"}}`. */
export function patchOf(path: string, value: Finding): Findings {
  return path.split(".").reduceRight<Finding>((inner, name) => ({ [name]: inner }), value) as Findings;
}

/** Lay one patch over another, group by group. */
export function mergePatches(first: Findings, second: Findings): Findings {
  const merged: Record<string, Finding> = { ...first };
  for (const [name, value] of Object.entries(second)) {
    const before = merged[name];
    merged[name] = name !== "age" && isGroup(before) && isGroup(value) ? mergePatches(before, value) : value;
  }
  return merged;
}

function isGroup(value: Finding | undefined): value is Findings {
  return typeof value === "object" && !Array.isArray(value);
}

export interface AgeFinding {
  readonly value: number;
  readonly unit: "years" | "months" | "days";
}

/** The age among findings; without a unit it is years, as `center_protocols/findings.py` reads it. */
export function ageIn(finding: Finding | undefined): AgeFinding | null {
  if (!isGroup(finding) || typeof finding["value"] !== "number") return null;
  const unit = finding["unit"];
  return { value: finding["value"], unit: unit === "months" || unit === "days" ? unit : "years" };
}

/** Read an age as people type it: `62`, `62岁`, `8月`, `8个月`, `3d`, `20天`. */
export function readAge(typed: string): AgeFinding | null {
  const found = /^(\d{1,3}(?:\.\d)?)\s*(岁|y|个?月|m|天|日|d)?$/i.exec(typed.trim());
  if (found === null) return null;
  const value = Number(found[1]);
  const word = (found[2] ?? "岁").toLowerCase();
  const unit = word === "岁" || word === "y" ? "years" : word.endsWith("月") || word === "m" ? "months" : "days";
  return { value, unit };
}
