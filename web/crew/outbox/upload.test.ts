// @vitest-environment happy-dom: what it tests reaches for the page
/** 12-leads and photos on a line that lives on while their requests fail. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LiveLink } from "@shared/link.ts";
import { CrewStore, type EcgBlob } from "./store.ts";
import { Uplink } from "./uplink.ts";

const link = { onControl: () => () => undefined, send: () => true, serverNow: () => 0, anchor: () => null, state: { value: "live", peek: () => "live", subscribe: () => () => undefined } } as unknown as LiveLink;
const ecg = (id: string): EcgBlob => ({ ecg_id: id, patient_id: "P", device_id: "M-1", at: "2026-11-21T06:00:00Z", sample_rate_hz: 500, leads: ["II"], uv_per_lsb: 5, samples: new Int16Array(10).buffer });
const photo = { photo_id: "F", patient_id: "P", at: "2026-11-21T06:00:00Z", jpeg: new Uint8Array(10).buffer };
/** What the server answers, one after the other; then 201. */
let answers: (number | "cut")[] = [];
let asked: string[] = [];
let uplink: Uplink;

beforeEach(async (test) => {
  asked = [];
  answers = [];
  const soon = globalThis.setTimeout;
  vi.stubGlobal("setTimeout", (work: () => void, ms?: number) => soon(work, (ms ?? 0) >= 1000 ? 1 : ms));
  vi.stubGlobal("fetch", (path: string) => {
    asked.push(path.split("/").at(-1) ?? "");
    const next = answers.shift() ?? 201;
    return next === "cut" ? Promise.reject(new TypeError("cut")) : Promise.resolve(new Response(null, { status: next, headers: next === 201 ? { "Upload-Offset": "10", "Upload-Complete": "?1" } : {} }));
  });
  uplink = await Uplink.start(link, await CrewStore.open(test.task.name));
});
afterEach(() => {
  uplink.close();
  vi.unstubAllGlobals();
});
const reported = (): readonly string[] => uplink.pending.value.map((one) => ("ecg_id" in one.data ? one.data.ecg_id : one.slug));

it("asks again by itself when a request broke or the server had no room", async () => {
  answers = ["cut", 503];
  await uplink.addEcg(ecg("E1"));
  await vi.waitFor(() => expect(reported()).toEqual(["E1"]));
  expect(asked).toEqual(["E1", "E1", "E1"]);
});

it("sends what was taken while another one was under way", async () => {
  await Promise.all([uplink.addEcg(ecg("E1")), uplink.addPhoto(photo), uplink.addEcg(ecg("E2"))]);
  await vi.waitFor(() => expect(reported()).toEqual(["E1", "E2", "attach-photo"]));
});

it("says what the server will never take, and what waits behind it goes up", async () => {
  answers = [403];
  await uplink.addEcg(ecg("E1"));
  await uplink.addEcg(ecg("E2"));
  await vi.waitFor(() => expect(reported()).toEqual(["E2"]));
  expect(uplink.refused.value.map((one) => [one.code, one.entry.id])).toEqual([["crew.not_taken.ecg", "E1"]]);
  answers = [403];
  await uplink.addPhoto(photo);
  await vi.waitFor(() => expect(uplink.refused.value.map((one) => one.code)).toEqual(["crew.not_taken.ecg", "crew.not_taken.photo"]));
  expect([uplink.ecgs.value, uplink.photos.value]).toEqual([[], []]);
});
