import { describe, expect, it } from "vitest";
import { readLine, type Read } from "./command_line.ts";
import { completions } from "./completion.ts";
import type { Entry, Lexicon, QuestionEntry } from "./lexicon.ts";
import { VERBS, verbOf } from "./verbs.ts";

const NOW = Date.UTC(2026, 0, 1, 4, 0, 0); // 12:00 in Shanghai
const entry = (id: string, name: string, ...aliases: string[]): Entry => ({ id, name, aliases, hint: "" });
const yesNo = [entry("yes", "是", "Yes"), entry("no", "否", "No"), entry("unknown", "未知", "Unknown")];
const question = (id: string, name: string, takes: QuestionEntry["takes"], answers: readonly Entry[] = []): QuestionEntry => ({ ...entry(id, name), takes, answers });

const lexicon: Lexicon = {
  incident: [entry("I1", "E0412"), entry("I2", "E0413")],
  unit: [entry("U037", "急救037"), entry("U137", "急救137"), entry("U012", "急救012")],
  center: [entry("C1", "协和医院", "BJ006"), entry("C2", "同仁医院")],
  status: [entry("on_scene", "到达现场", "On_scene"), entry("at_patient", "接触患者")],
  outcome: [entry("not_found", "空诊：未找到患者", "No_patient_found")],
  complaint: [entry("chest_pain", "胸痛", "Chest_pain")],
  task: [entry("T-9", "1", "T1")],
  language: [entry("en", "en")],
  questions: [
    question("chest_pain.present", "胸口疼", "known", yesNo),
    question("breathing", "呼吸", "choice", [entry("normal", "正常"), entry("absent", "无")]),
    question("age", "年龄", "age"),
    question("last_known_well_at", "最后正常", "clock"),
    question("scene.patients_count", "人数", "number"),
  ],
  ranked: ["U012", "U037"],
};
const read = (line: string): Read => readLine(line, lexicon, NOW);
const asked = (line: string) => {
  const found = read(line);
  if ("problem" in found) throw new Error(`${line}: ${found.problem} ${found.what} ${found.word}`);
  return found.request;
};
const problem = (line: string) => {
  const found = read(line);
  return "problem" in found ? [found.problem, found.what, found.word] : ["none"];
};

describe("lines that mean something", () => {
  it.each([
    ["D", "D", {}],
    ["d E0412 急救037", "D", { incident: "I1", unit: "U037" }],
    ["D 急救037", "D", { unit: "U037" }],
    ["派 E0412 137", "D", { incident: "I1", unit: "U137" }],
    ["D #2", "D", { unit: "U037" }],
    ["D E0412 #1 离现场近", "D", { incident: "I1", unit: "U012", reason: "离现场近" }],
    ["ST 37 到达现场", "ST", { unit: "U037", status: "on_scene" }],
    ["ST 37 on_scene", "ST", { unit: "U037", status: "on_scene" }],
    ["END 12 空诊：未找到患者 敲门无人应", "END", { unit: "U012", outcome: "not_found", reason: "敲门无人应" }],
    ["DIV 37 更近 更急", "DIV", { unit: "U037", reason: "更近 更急" }],
    ["NOTE 家属在门口等", "NOTE", { text: "家属在门口等" }],
    ["P3 家属说稳定", "P3", { reason: "家属说稳定" }],
    ["HOLD 无车", "HOLD", { reason: "无车" }],
    ["GO bj006", "GO", { center: "C1" }],
    ["GO 协和", "GO", { center: "C1" }],
    ["T 1 已告知", "T", { task: "T-9", note: "已告知" }],
    ["N 13800000000 东单路口 西南角 胸痛", "N", { number: "13800000000", words: "东单路口 西南角", complaint: "胸痛" }],
    ["N 东单路口", "N", { words: "东单路口" }],
    ["N 010-65551234", "N", { number: "010-65551234" }],
    ["E0413", "S", { text: "I2" }],
    ["急救012", "S", { text: "U012" }],
    ["?", "?", {}],
    ["S E0413", "S", { text: "I2" }],
    ["S 协和", "S", { text: "C1" }],
    ["Ｄ　Ｅ０４１２　＃１", "D", { incident: "I1", unit: "U012" }],
    ["？", "?", {}],
    ["N １３８００００００００ 东单路口", "N", { number: "13800000000", words: "东单路口" }],
    ["GO 仁医", "GO", { center: "C2" }],
    ["END 12 未找到患者 敲门无人应", "END", { unit: "U012", outcome: "not_found", reason: "敲门无人应" }],
  ])("%s", (line, verb, values) => {
    expect(asked(line)).toEqual({ verb, values, findings: {} });
  });

  it("reads findings as pairs; a question alone means yes, a complaint sets the complaint", () => {
    expect(asked("F 胸痛 胸口疼 呼吸 正常 年龄 62 最后正常 1130 人数 3").findings).toEqual({
      complaint: "chest_pain",
      chest_pain: { present: "yes" },
      breathing: "normal",
      age: { value: 62, unit: "years" },
      last_known_well_at: "2026-01-01T03:30:00.000Z",
      scene: { patients_count: 3 },
    });
    expect(asked("F 胸口疼 否").findings).toEqual({ chest_pain: { present: "no" } });
  });
});

describe("lines that do not", () => {
  it.each([
    ["", ["missing", "verb", ""]],
    ["XYZ", ["unknown_verb", "verb", "XYZ"]],
    ["ST", ["missing", "unit", ""]],
    ["ST 9999 到达现场", ["not_found", "unit", "9999"]],
    ["ST 急救 到达现场", ["ambiguous", "unit", "急救"]],
    ["ST 37 飞走", ["not_found", "status", "飞走"]],
    ["ST 37 到达现场 现在", ["too_much", "", "现在"]],
    ["GO 医院", ["ambiguous", "center", "医院"]],
    ["GO 院", ["not_found", "center", "院"]],
    ["S 天坛", ["not_found", "shown", "天坛"]],
    ["S", ["missing", "text", ""]],
    ["NOTE", ["missing", "text", ""]],
    ["F", ["missing", "findings", ""]],
    ["F 呼吸 飞", ["bad_answer", "呼吸", "飞"]],
    ["F 年龄 老", ["bad_number", "年龄", "老"]],
    ["F 没有这题 是", ["not_found", "findings", "没有这题"]],
    ["N", ["missing", "number", ""]],
  ])("“%s”", (line, expected) => expect(problem(line)).toEqual(expected));
});

describe("completion", () => {
  const hint = (): string => "";
  const names = (line: string): string[] => completions(line, lexicon, hint).map(({ entry: { name } }) => name);

  it("offers verbs, then names, for the first word", () => {
    expect(names("D").slice(0, 2)).toEqual(["D", "DIV"]);
    expect(names("E04")).toEqual(["E0412", "E0413"]);
  });

  it("offers what the next argument takes, and writes the whole line", () => {
    expect(names("ST 急救0")).toEqual(["急救037", "急救012"]);
    expect(completions("ST 37 到", lexicon, hint)[0]?.line).toBe("ST 37 到达现场 ");
    expect(names("D ")).toEqual(["E0412", "E0413", "急救037", "急救137", "急救012"]);
    expect(names("D E0412 1")).toEqual(["急救137", "急救012"]);
  });

  it("offers the answers of the question before it", () => {
    expect(names("F 呼吸 ").slice(0, 2)).toEqual(["正常", "无"]);
  });

  it("offers nothing after a word it does not know", () => {
    expect(names("NOTE 急救")).toEqual([]);
    expect(names("XYZ 急救")).toEqual([]);
  });
});

it("gives every verb one meaning", () => {
  const all = VERBS.flatMap(({ name, aliases }) => [name, ...aliases].map((word) => word.toUpperCase()));
  expect(new Set(all).size).toBe(all.length);
  for (const { name, aliases } of VERBS) for (const word of [name, ...aliases]) expect(verbOf(word.toLowerCase())?.name).toBe(name);
});
