import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  resolve: { alias: { "@texts": here("../dispatch/texts"), "@shared": here("./shared") } },
  test: {
    environment: "node", // a page for each file costs half a second; the few that need one say so in their first line
    include: ["{console,crew,wall,shared,door,build}/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    testTimeout: 10_000,
  },
});
