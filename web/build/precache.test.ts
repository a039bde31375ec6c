// @vitest-environment node
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { precacheOf } from "./precache.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "precache-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<html>");
  writeFileSync(join(folder, "assets", "crew-1.js"), "1");
  writeFileSync(join(folder, "assets", "crew-1.js.map"), "{}");
  writeFileSync(join(folder, "sw.js"), "old");
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("the page is kept under the address people open, the worker and the maps are not kept", () => {
  expect(precacheOf(folder, "/crew/").files).toEqual(["/crew/assets/crew-1.js", "/crew/"]);
});

test("the version follows every kept byte and no other", () => {
  const before = precacheOf(folder, "/crew/").version;
  writeFileSync(join(folder, "sw.js"), "new");
  expect(precacheOf(folder, "/crew/").version).toBe(before);
  writeFileSync(join(folder, "index.html"), "<html lang>");
  expect(precacheOf(folder, "/crew/").version).not.toBe(before);
});
