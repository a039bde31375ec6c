import { describe, expect, it } from "vitest";
import { readingOf } from "./readings.ts";
import type { VitalsFrame } from "./frames.ts";
import type { Patient } from "./rows.ts";

const at = "2026-11-21T06:10:00Z";
const now = Date.parse(at) + 4_000;
const frame: VitalsFrame = { t: "vitals", patient_id: "P", at, device_id: "MON-1", values: { hr: 104.4, sbp: 92, dbp: 58 }, levels: { sbp: "medium", dbp: "low" } };
const patient = (more: Partial<Patient> = {}): Patient => ({ id: "P", device_id: "MON-1", vitals: null, findings: {}, ...more }) as Patient;

describe("a reading", () => {
  it("comes from the bound monitor with the worst of its levels", () => {
    expect(readingOf("bp", patient(), frame, now, 1)).toEqual({ text: "92/58", level: "medium", ageMs: 4_000, byHand: false, stale: false });
    expect(readingOf("hr", patient(), frame, now, 1)?.text).toBe("104");
  });

  it("never comes from a monitor that is not bound to this patient", () => {
    expect(readingOf("hr", patient({ device_id: "MON-2" }), frame, now, 1)).toBeNull();
    expect(readingOf("hr", patient({ device_id: null }), frame, now, 1)).toBeNull();
  });

  it("never comes from the patient who wore the same monitor before", () => {
    expect(readingOf("hr", patient({ id: "Q" }), frame, now, 1)).toBeNull();
  });

  it("is stale after fifteen real seconds, however fast the city's clock runs", () => {
    expect(readingOf("hr", patient(), frame, Date.parse(at) + 16_000, 1)?.stale).toBe(true);
    expect(readingOf("hr", patient(), frame, Date.parse(at) + 16_000, 20)?.stale).toBe(false);
  });

  it("is the newer of hand and monitor, and an older pressure outlives a newer pulse", () => {
    const written = patient({ vitals: { at: "2026-11-21T06:10:02Z", values: { hr: 120 } }, findings: { vitals: { hr: 120, sbp: 88, dbp: 50 } } });
    expect(readingOf("hr", written, frame, now, 1)).toMatchObject({ text: "120", byHand: true, ageMs: 2_000 });
    expect(readingOf("bp", written, frame, now, 1)?.text).toBe("92/58");
    expect(readingOf("bp", written, undefined, now, 1)).toMatchObject({ text: "88/50", byHand: true, ageMs: null });
    expect(readingOf("spo2", written, undefined, now, 1)).toBeNull();
  });
});
