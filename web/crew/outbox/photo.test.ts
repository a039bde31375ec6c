// @vitest-environment happy-dom: what it tests reaches for the page
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sendPhoto } from "./photo.ts";

const SIZE = 100_000;
const blob = { photo_id: "F1", patient_id: "P1", at: "2026-11-21T06:00:00Z", jpeg: new Uint8Array(SIZE).map((_, i) => i % 251).buffer };
let stored: number[] = [];
let cuts = 0;
let sent = 0;

/** A server that keeps what has come, on a line that is cut after a piece has arrived and before it is answered. */
function server(_path: string, init: RequestInit): Promise<Response> {
  if (init.method === "PATCH") {
    const piece = new Uint8Array(init.body as ArrayBuffer);
    sent += piece.length;
    const from = Number(new Headers(init.headers).get("upload-offset"));
    if (from === stored.length) stored.push(...piece);
    if (cuts-- > 0) return Promise.reject(new TypeError("cut"));
  }
  return Promise.resolve(new Response(null, { status: 204, headers: { "Upload-Offset": String(stored.length), "Upload-Complete": stored.length === SIZE ? "?1" : "?0" } }));
}

beforeEach(() => {
  stored = [];
  sent = 0;
  vi.stubGlobal("fetch", vi.fn(server));
});
afterEach(() => vi.unstubAllGlobals());

it("goes on where a cut line left it, and sends nothing twice that has arrived", async () => {
  cuts = 2;
  expect(await sendPhoto(blob)).toBe("later");
  expect(await sendPhoto(blob)).toBe("later");
  expect(await sendPhoto(blob)).toBe("whole");
  expect(new Uint8Array(stored)).toEqual(new Uint8Array(blob.jpeg));
  expect(sent).toBe(SIZE);
});

it("knows what waiting does not help", async () => {
  for (const [status, answer] of [[403, "never"], [409, "never"], [503, "later"], [401, "later"]] as const) {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status })));
    expect(await sendPhoto(blob)).toBe(answer);
  }
});
