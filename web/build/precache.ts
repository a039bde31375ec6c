import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const MODULE = "virtual:precache";
const RESOLVED = "\0" + MODULE;

export interface Precache {
  readonly version: string;
  readonly files: readonly string[];
}

/** List every file of a finished build under `folder`, as paths below `base`, with one version over names and contents. */
export function precacheOf(folder: string, base: string): Precache {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll("\\", "/"))
    .filter((name) => name !== "sw.js" && !name.endsWith(".map"))
    .sort();
  const hash = createHash("sha256");
  for (const name of names) {
    hash.update(name).update("\0").update(readFileSync(join(folder, name)));
  }
  return {
    version: hash.digest("hex").slice(0, 16),
    files: names.map((name) => base + (name === "index.html" ? "" : name)),
  };
}

/** Give the service worker its list of files; the crew pages must have been built before. */
export function precache(folder: string, base: string): Plugin {
  return {
    name: "greenchannel-precache",
    resolveId: (id) => (id === MODULE ? RESOLVED : null),
    load(id) {
      if (id !== RESOLVED) return null;
      const { version, files } = precacheOf(folder, base);
      return `export const version = ${JSON.stringify(version)};\nexport const files = ${JSON.stringify(files)};\n`;
    },
  };
}
