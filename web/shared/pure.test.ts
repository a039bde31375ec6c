// @vitest-environment happy-dom: what it tests reaches for the page
import { describe, expect, it } from "vitest";
import { betterAnchor, measured, serverNowMs } from "./clock.ts";
import { kindOf, refusalFrom } from "./commands.ts";
import { age, hhmm, mmss, momentBefore, momentNear, shortAge } from "./format.ts";
import { livenessOf, retryDelayMs } from "./liveness.ts";
import { worst } from "./severity.ts";
import { burst } from "./sound.ts";
import { fill } from "./texts.ts";
import { ulidFrom } from "./ulid.ts";

describe("liveness", () => {
  it("is stale at 10 s and dead at 15 s", () => {
    expect([0, 9_999, 10_000, 14_999, 15_000].map(livenessOf)).toEqual(["live", "live", "stale", "stale", "offline"]);
  });

  it("backs off with jitter between half and all of the ceiling", () => {
    expect(retryDelayMs(0, 0)).toBe(250);
    expect(retryDelayMs(0, 1)).toBe(500);
    for (let attempt = 0; attempt < 40; attempt++) expect(retryDelayMs(attempt, 0.99)).toBeLessThanOrEqual(15_000);
    expect(retryDelayMs(3, 0.5)).toBeGreaterThan(retryDelayMs(2, 0.5));
  });
});

describe("an age beside a value", () => {
  it("is short in both languages", () => {
    expect([shortAge(8_000, "zh"), shortAge(53 * 60_000, "zh"), shortAge(8_000, "en"), shortAge(53 * 60_000, "en")]).toEqual(["8秒", "53分", "8 s", "53 min"]);
    expect([age(53 * 60_000, "zh"), age(7_200_000, "zh"), age(53 * 60_000, "en")]).toEqual(["53分钟前", "2小时前", "53 min ago"]);
  });
});

describe("a time of day near another moment", () => {
  const around = Date.parse("2026-11-21T15:50:20Z"); // 23:50:20 in Shanghai
  const later = around + 3 * 86_400_000;
  it("falls on the day that makes it nearest, also past midnight", () => {
    expect(momentNear("23:49", around, later)).toBe("2026-11-21T15:49:00.000Z");
    expect(momentNear("0:05:30", around, later)).toBe("2026-11-21T16:05:30.000Z");
    expect(momentNear("2350", around, later)).toBe("2026-11-21T15:50:00.000Z");
  });
  it("is never in the future, and nothing when it is no time", () => {
    expect(momentNear("23:55", around, around)).toBe("2026-11-20T15:55:00.000Z");
    for (const none of ["", "24:00", "7", "12:60", "noon"]) expect(momentNear(none, around, later)).toBeNull();
  });
});

describe("the server's clock", () => {
  it("runs at the server's speed from the middle of the round trip", () => {
    const anchor = measured(1_000_000, 100, 300, 10);
    expect(anchor.uncertaintyMs).toBe(100);
    expect(serverNowMs(anchor, 300)).toBe(1_001_000);
    expect(serverNowMs(anchor, 400)).toBe(1_002_000);
  });

  it("keeps the better measurement until it is old or the speed changes", () => {
    const good = measured(0, 0, 10, 1);
    const bad = measured(100, 100, 900, 1);
    expect(betterAnchor(good, bad)).toBe(good);
    expect(betterAnchor(bad, good)).toBe(good);
    expect(betterAnchor(null, bad)).toBe(bad);
    expect(betterAnchor(good, { ...bad, pageMs: 90_000 }).pageMs).toBe(90_000);
    expect(betterAnchor(good, { ...bad, speed: 5 }).speed).toBe(5);
  });
});

describe("what people read", () => {
  it("shows Shanghai's clock", () => {
    expect(hhmm("2026-11-21T06:02:59Z")).toBe("14:02");
    expect(hhmm("2026-11-21T16:00:00Z")).toBe("00:00");
  });

  it("counts down to 0:00 and beyond", () => {
    expect([307_000, 59_999, 0, -500, -61_000, 4_027_000].map(mmss)).toEqual(["5:07", "0:59", "0:00", "0:00", "−1:01", "1:07:07"]);
  });

  it("writes ages in both languages", () => {
    expect(age(8_400, "zh")).toBe("8秒前");
    expect(age(200_000, "en")).toBe("3 min ago");
    expect(age(7_300_000, "zh")).toBe("2小时前");
  });

  it("reads a late clock time as the most recent one", () => {
    const now = Date.parse("2026-11-21T06:10:30Z"); // 14:10:30 in Shanghai
    expect(momentBefore("14:02", now)).toBe("2026-11-21T06:02:00.000Z");
    expect(momentBefore("1402", now)).toBe("2026-11-21T06:02:00.000Z");
    expect(momentBefore("23:50", now)).toBe("2026-11-20T15:50:00.000Z");
    for (const nonsense of ["", "24:00", "12:60", "noon", "14:2"]) expect(momentBefore(nonsense, now)).toBeNull();
  });

  it("leaves the name of a missing parameter visible", () => {
    expect(fill("{unit} 还有 {n} 分钟", { unit: "急12" })).toBe("急12 还有 {n} 分钟");
  });
});

describe("small things", () => {
  it("names commands as the journal does", () => {
    expect(kindOf("report-status")).toBe("ReportStatus");
    expect(kindOf("record-ecg")).toBe("RecordEcg");
  });

  it("reads any refusal, even a proxy's", () => {
    expect(refusalFrom(502, null).code).toBe("http_502");
    expect(refusalFrom(422, { code: "bad_input", field: "lon", text: { zh: "经度", en: "longitude" } }).params).toEqual({ field: "lon" });
  });

  it("makes ULIDs that sort by time", () => {
    const zero = new Uint8Array(16);
    expect(ulidFrom(0, zero)).toBe("00000000000000000000000000");
    expect(ulidFrom(1469918176385, zero).slice(0, 10)).toBe("01ARYZ6S41");
    expect(ulidFrom(1, zero) < ulidFrom(2, zero)).toBe(true);
  });

  it("finds the worst level", () => {
    expect(worst(["none", "low", "medium"])).toBe("medium");
    expect(worst([])).toBe("none");
  });

  it("sounds ten pulses for high and three for medium, all between 150 and 1000 Hz", () => {
    expect([burst("high").length, burst("medium").length, burst("low").length, burst("none").length]).toEqual([10, 3, 1, 0]);
    for (const { hz } of burst("high")) expect(hz >= 150 && hz <= 1000).toBe(true);
  });
});
