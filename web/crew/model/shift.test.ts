import { describe, expect, it } from "vitest";
import type { Unit } from "@shared/rows.ts";
import { crewHasChanged, EMPTY_FORMS, formsFor } from "./shift.ts";

const aboard = (crew: readonly string[], crew_names: string | null = null): Unit => ({ crew, crew_names }) as unknown as Unit;

describe("a tablet between runs and crews", () => {
  it("keeps what is typed for this incident, and shows it to no other", () => {
    const typed = { incidentId: "I1", tab: "patient", patientId: "P1", note: "王某，胸痛" };
    expect(formsFor(typed, "I1")).toBe(typed);
    expect(formsFor(typed, "I2")).toEqual({ ...EMPTY_FORMS, incidentId: "I2" });
    expect(formsFor(typed, null)).toEqual(EMPTY_FORMS);
  });

  it("knows when other people hold it", () => {
    const day = aboard(["doctor", "driver"], "甲");
    expect(crewHasChanged(day, aboard([]))).toBe(true);
    expect(crewHasChanged(day, aboard(["doctor", "driver"], "乙"))).toBe(true);
    expect(crewHasChanged(day, aboard(["driver"], "甲"))).toBe(false);
    expect(crewHasChanged(aboard([]), day)).toBe(false);
    expect(crewHasChanged(null, day)).toBe(false);
  });
});
