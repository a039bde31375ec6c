import { describe, expect, it } from "vitest";
import type { CrewRows } from "./mirror.ts";
import { mayAsk } from "./ask_once.ts";

const WHEELS = { still_mps: 1, still_s: 15, scene_m: 60, gate_m: 150 };
const STEPS = ["available", "assigned", "accepted", "en_route", "on_scene", "at_patient", "patient_loaded", "transporting", "at_hospital", "stretcher_held", "handed_over", "cleaning", "returning", "out_of_service"];
const DONE = { handoff: {}, outcome: null };

function rows(status: string, patients: readonly object[] = [DONE]): CrewRows {
  return { unit: { status }, patients } as unknown as CrewRows;
}

describe("minutes are asked for", () => {
  it("only after the handover, at no other step of the run", () => {
    expect(STEPS.filter((step) => mayAsk(rows(step), { speed: 0 }, WHEELS))).toEqual(["handed_over", "cleaning"]);
  });
  it("not while another patient of this run is in the crew's hands: that may be CPR", () => {
    expect(mayAsk(rows("handed_over", [DONE, { handoff: null, outcome: null }]), { speed: 0 }, WHEELS)).toBe(false);
    expect(mayAsk(rows("handed_over", [DONE, { handoff: null, outcome: "refused" }]), { speed: 0 }, WHEELS)).toBe(true);
  });
  it("not while the vehicle moves", () => {
    expect(mayAsk(rows("cleaning"), { speed: 1.1 }, WHEELS)).toBe(false);
    expect(mayAsk(rows("cleaning"), { speed: 0.4 }, WHEELS)).toBe(true);
    expect(mayAsk(rows("cleaning"), { speed: null }, WHEELS)).toBe(true);
    expect(mayAsk(rows("cleaning"), null, WHEELS)).toBe(true);
  });
});
