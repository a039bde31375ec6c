import { describe, expect, it } from "vitest";
import { COMPLAINTS, guessComplaint } from "@shared/complaint.ts";
import protocols from "@texts/protocols.json";
import { ageIn, everyQuestion, findingAt, mergePatches, patchOf, questionsFor, readAge } from "./questions.ts";
import { stepCards } from "./step_cards.ts";

describe("questions", () => {
  it("ask for consciousness and breathing first, whatever the complaint", () => {
    for (const complaint of [null, ...COMPLAINTS]) {
      expect(questionsFor(complaint).slice(0, 2).map(({ path }) => path)).toEqual(["responsive", "breathing"]);
    }
  });

  it("ask nothing twice, and have a name in the protocols' catalogue", () => {
    for (const complaint of COMPLAINTS) {
      const paths = questionsFor(complaint).map(({ path }) => path);
      expect(new Set(paths).size).toBe(paths.length);
    }
    expect(everyQuestion().filter(({ path }) => !(path in protocols))).toEqual([]);
  });

  it("are chosen by the caller's words", () => {
    const names = (complaint: string): readonly string[] => (complaint === "chest_pain" ? ["胸痛"] : [`#${complaint}`]);
    expect(guessComplaint("老人胸痛大汗", names)).toBe("chest_pain");
    expect(guessComplaint("头晕", names)).toBeNull();
    expect(guessComplaint(null, names)).toBeNull();
  });
});

describe("findings", () => {
  it("are read and patched by path; unknown is nothing", () => {
    expect(findingAt({ stroke: { face_droop: "yes" } }, "stroke.face_droop")).toBe("yes");
    expect(findingAt({ stroke: { face_droop: "unknown" } }, "stroke.face_droop")).toBeUndefined();
    expect(findingAt({ breathing: "normal" }, "breathing.anything")).toBeUndefined();
    expect(patchOf("stroke.face_droop", "yes")).toEqual({ stroke: { face_droop: "yes" } });
  });

  it("merge group by group, an age as a whole", () => {
    const merged = mergePatches({ stroke: { face_droop: "yes" }, age: { value: 8, unit: "months" } }, { stroke: { arm_weakness: "no" }, age: { value: 62, unit: "years" } });
    expect(merged).toEqual({ stroke: { face_droop: "yes", arm_weakness: "no" }, age: { value: 62, unit: "years" } });
  });

  it.each([
    ["62", 62, "years"],
    ["62岁", 62, "years"],
    ["8月", 8, "months"],
    ["8个月", 8, "months"],
    ["3天", 3, "days"],
    ["2.5", 2.5, "years"],
  ])("reads the age %s", (typed, value, unit) => expect(readAge(typed)).toEqual({ value, unit }));

  it.each(["", "老", "62 63", "-3"])("reads no age from “%s”", (typed) => expect(readAge(typed)).toBeNull());
});

describe("an age that came over the wire", () => {
  it("is years when it names no unit, and none when it has no number", () => {
    expect(ageIn({ value: 62 })).toEqual({ value: 62, unit: "years" });
    expect(ageIn({ value: 7, unit: "months" })).toEqual({ value: 7, unit: "months" });
    for (const none of [undefined, "62", 62, {}, { unit: "years" }, ["62"]]) expect(ageIn(none)).toBeNull();
  });
});

describe("step cards", () => {
  const patient = { findings: {}, conditions: [], activate: [] };
  it("leave nothing beside an arrest, with breaths for a child", () => {
    expect(stepCards({ ...patient, activate: ["telephone_cpr"], findings: { severe_bleeding: "yes" } })).toEqual(["telephone_cpr"]);
    expect(stepCards({ ...patient, activate: ["telephone_cpr"], findings: { age: { value: 7, unit: "months" } } })).toEqual(["telephone_cpr_breaths"]);
    expect(stepCards({ ...patient, activate: ["telephone_cpr"], findings: { complaint: "newborn" } })).toEqual(["telephone_cpr_breaths"]);
  });
  it("come with what was found, the most urgent first", () => {
    expect(stepCards({ ...patient, findings: { chest_pain: { present: "yes" }, severe_bleeding: "yes" } })).toEqual(["bleeding", "chest_pain"]);
    expect(stepCards(patient)).toEqual([]);
  });
});
