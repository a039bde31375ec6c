import { describe, expect, it } from "vitest";
import { onDuty, roleStates, type Member, type Summons } from "./team.ts";

const AT = "2026-11-21T06:00:00Z";
const NOW = Date.parse(AT);

function summons(id: string, role: string, phase: Summons["phase"], more: Partial<Summons> = {}): Summons {
  return { id, member_id: id, role, phase, summoned_at: AT, answer_by: AT, by_hand: false, attempt: 1, ways: [], answered_at: null, minutes: null, reason: null, ...more };
}

describe("roleStates", () => {
  it("says the best of a role, whoever was asked last", () => {
    const rows = roleStates([summons("1", "a", "lapsed"), summons("2", "a", "coming", { minutes: 6, answered_at: AT }), summons("3", "b", "declined")], NOW + 90_000);
    expect(rows.map(({ role, phase, minutes }) => [role, phase, minutes])).toEqual([["a", "coming", 5], ["b", "declined", null]]);
  });
  it("knows nothing of a role nobody was asked for", () => expect(roleStates([], NOW)).toEqual([]));
});

describe("onDuty", () => {
  it("lists those of this minute by role and rank, and nobody off duty", () => {
    const duty = (id: string, rank: number, hours: number) => ({ id, role: "cath_nurse", begins: AT, ends: new Date(NOW + hours * 3_600_000).toISOString(), rank, conditions: [] });
    const person = (id: string, duties: Member["duties"]): Member => ({ id, center_id: "C1", roles: ["cath_nurse"], name: id, phone: null, push_since: null, duties });
    const rows = onDuty([person("late", [duty("1", 2, 8)]), person("first", [duty("2", 1, 8)]), person("gone", [duty("3", 1, 1)])], NOW + 2 * 3_600_000);
    expect(rows.map(({ member }) => member.id)).toEqual(["first", "late"]);
  });
});
