import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";
import { precache } from "./build/precache.ts";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const dist = here("./dist");

/** The map in a chunk of its own name: pages without it do not pay, and its size is measured apart. */
const mapApart = { codeSplitting: { groups: [{ name: "maplibre", test: /node_modules[\\/]maplibre-gl/ }] } };

/** Everything the three builds share. No inlined assets and no polyfill: the pages' policy allows nothing inline. */
const common: UserConfig = {
  root: here("."),
  base: "/",
  publicDir: false,
  resolve: { alias: { "@texts": here("../dispatch/texts"), "@shared": here("./shared") } },
  build: {
    outDir: dist,
    emptyOutDir: false,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1200,
  },
  server: {
    // `npx vite` beside a running `make run`: pages from here, everything else from the real server.
    fs: { allow: [here(".."), here("../dispatch/texts")] },
    proxy: { "^/(api|live|tiles|healthz)": { target: "http://127.0.0.1:8120", ws: true } },
  },
};

/** The entrance, the console and the wall, which may share chunks; and `public/`, copied as it is (`public/crew/` lands below the crew's scope). */
const pages: UserConfig = {
  ...common,
  publicDir: here("./public"),
  build: {
    ...common.build,
    emptyOutDir: true,
    assetsDir: "assets",
    manifest: "pages-manifest.json",
    rolldownOptions: {
      input: { entrance: here("./index.html"), console: here("./console/index.html"), wall: here("./wall/index.html"), link: here("./link/index.html"), team: here("./team/index.html"), reader: here("./reader/index.html") },
      output: mapApart,
    },
  },
};

/** The crew's tablet: built alone so that all its files lie under `/crew/`, the scope of its service worker. */
const crew: UserConfig = {
  ...common,
  build: {
    ...common.build,
    assetsDir: "crew/assets",
    manifest: "crew-manifest.json",
    rolldownOptions: { input: { crew: here("./crew/index.html") }, output: mapApart },
  },
};

/** The service worker, last: it lists what the crew build produced. One classic script without a hash in its name. */
const crewWorker: UserConfig = {
  ...common,
  plugins: [precache(here("./dist/crew"), "/crew/")],
  build: {
    ...common.build,
    rolldownOptions: {
      input: { sw: here("./crew/sw.ts") },
      output: { format: "iife", entryFileNames: "crew/sw.js" },
    },
  },
};

const BUILDS: Record<string, UserConfig> = { pages, crew, "crew-worker": crewWorker };

export default defineConfig(({ mode }) => BUILDS[mode] ?? common);
