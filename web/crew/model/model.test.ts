import { describe, expect, it } from "vitest";
import crew from "@texts/crew.json";
import type { Complaint } from "@shared/complaint.ts";
import type { Assignment, Patient, Unit } from "@shared/rows.ts";
import type { UnitStatus } from "@shared/words.ts";
import type { CommandEntry } from "../outbox/entry.ts";
import { complaintOf, findingAt, findingPatch, SHEETS, tapped } from "./findings.ts";
import { isLate, mayMove, nextStep, stepRows, STEPS } from "./journey.ts";
import { merged, mirrored, NO_ROWS, type CrewRows } from "./mirror.ts";
import { simulatedEcg } from "./simulated_monitor.ts";

const unit = { id: "U1", call_sign: "急12", status: "assigned", status_since: "2026-11-21T06:00:00Z", crew: [], out_reason: null } as unknown as Unit;
const assignment = { id: "A1", incident_id: "I1", unit_id: "U1", points: {} } as unknown as Assignment;
const patient = { id: "P1", findings: { vitals: { hr: 90 } }, vitals: null, ecgs: [], treatments: [] } as unknown as Patient;
const rows: CrewRows = { ...NO_ROWS, unit, assignment, patients: [patient] };
const entry = (slug: string, data: object, at = "2026-11-21T06:05:00Z"): CommandEntry =>
  ({ stream: "s", seq: 1, id: "X", at, clock_offset_ms: 0, slug, data }) as unknown as CommandEntry;
const step = (status: UnitStatus, at?: string): CommandEntry => entry("report-status", { unit_id: "U1", status }, at);

describe("the journey", () => {
  it("offers the steps of a whole run one after the other", () => {
    const seen: UnitStatus[] = ["assigned"];
    for (let status: UnitStatus | null = "assigned"; status !== null && status !== "available"; ) {
      status = nextStep(status);
      if (status !== null) seen.push(status);
    }
    expect(seen).toEqual(["assigned", ...STEPS, "cleaning", "available"]);
  });

  it("allows skipping forward and calls going back late", () => {
    expect(mayMove("assigned", "at_patient")).toBe(true);
    expect(mayMove("transporting", "on_scene")).toBe(false);
    expect(isLate("transporting", "on_scene")).toBe(true);
    expect(isLate("available", "on_scene")).toBe(false);
  });

  it("shows what was passed without its minute", () => {
    const found = stepRows("at_patient", { ...assignment, points: { unit_accepted: { at: "x" } } } as unknown as Assignment);
    expect(found.map((row) => row.state)).toEqual(["done", "missed", "missed", "missed", "open", "open", "later", "later"]);
  });
});

describe("what the tablet shows before the server has answered", () => {
  it("moves on with the crew's own steps and registers their minutes", () => {
    const shown = mirrored(rows, [step("accepted"), step("on_scene", "2026-11-21T06:09:00Z")]);
    expect(shown.unit?.status).toBe("on_scene");
    expect(shown.assignment?.points["unit_on_scene"]?.at).toBe("2026-11-21T06:09:00Z");
  });

  it("fills a late minute without going back", () => {
    const shown = mirrored(rows, [step("at_patient"), step("en_route", "2026-11-21T06:01:00Z")]);
    expect(shown.unit?.status).toBe("at_patient");
    expect(shown.assignment?.points["unit_en_route"]?.at).toBe("2026-11-21T06:01:00Z");
  });

  it("lays findings, vitals and treatments over the patient", () => {
    const shown = mirrored(rows, [
      entry("record-findings", { patient_id: "P1", findings: { vitals: { sbp: 90 } } }),
      entry("record-vitals", { patient_id: "P1", vitals: { hr: 120 } }),
      entry("record-vitals", { patient_id: "P1", vitals: { spo2: 91 } }),
      entry("give-treatment", { patient_id: "P1", code: "aspirin", dose: "300 mg" }),
    ]);
    expect(shown.patients[0]?.findings).toEqual({ vitals: { hr: 90, sbp: 90 } });
    expect(shown.patients[0]?.vitals?.values).toEqual({ hr: 120, spo2: 91 });
    expect(shown.patients[0]?.treatments.map((one) => one.code)).toEqual(["aspirin"]);
  });

  it("leaves an outcome with nothing of the run", () => {
    const shown = mirrored(rows, [entry("end-assignment", { assignment_id: "A1", outcome: "not_found" })]);
    expect([shown.assignment, shown.patients.length, shown.unit?.status]).toEqual([null, 0, "returning"]);
  });

  it("merges groups, replaces an age whole", () => {
    expect(merged({ age: { value: 3, unit: "days" }, stroke: { face_droop: "yes" } }, { age: { value: 60 }, stroke: { arm_weakness: "no" } })).toEqual({
      age: { value: 60 }, stroke: { face_droop: "yes", arm_weakness: "no" },
    });
  });
});

describe("findings", () => {
  it("are read and written by path, unknown unless said", () => {
    expect(findingPatch("stroke.lams.arm", 2)).toEqual({ stroke: { lams: { arm: 2 } } });
    expect(findingAt({ stroke: { lams: { arm: 2 } } }, "stroke.lams.arm")).toBe(2);
    expect(findingAt({ stroke: "unknown" }, "stroke.lams.arm")).toBeUndefined();
    expect(findingAt({ choking: "unknown" }, "choking")).toBeUndefined();
  });

  it("take an answer back on the second tap", () => {
    expect([tapped(undefined, "yes"), tapped("yes", "yes"), tapped("yes", "no")]).toEqual(["yes", "unknown", "no"]);
  });

  it("ask for what the caller said until the crew says otherwise", () => {
    const complaintNames = (one: Complaint) => [crew[`complaint.${one}`].zh, crew[`complaint.${one}`].en];
    expect(complaintOf({}, "trauma", complaintNames)).toBe("trauma");
    expect(complaintOf({ complaint: "stroke_signs" }, "trauma", complaintNames)).toBe("stroke_signs");
    expect(complaintOf({}, "老人胸痛大汗", complaintNames)).toBe("chest_pain");
    expect(complaintOf({}, "头晕", complaintNames)).toBe("other");
  });

  it("ask nothing twice in one sheet", () => {
    for (const sheet of Object.values(SHEETS)) expect(new Set(sheet.known).size).toBe(sheet.known.length);
  });
});

describe("the simulated monitor", () => {
  it("gives ten seconds of twelve leads that obey Einthoven, and the same for the same seed", () => {
    const ecg = simulatedEcg(7, 75, false);
    expect(ecg.length).toBe(60_000);
    expect(simulatedEcg(7, 75, false)).toEqual(ecg);
    expect(simulatedEcg(7, 75, true)).not.toEqual(ecg);
    for (let i = 0; i < ecg.length; i += 12) {
      const [one = 0, two = 0, three = 0, avr = 0] = ecg.slice(i, i + 4);
      expect(Math.abs(three - (two - one))).toBeLessThanOrEqual(2);
      expect(Math.abs(avr + (one + two) / 2)).toBeLessThanOrEqual(2);
    }
  });
});
