import { describe, expect, it } from "vitest";
import { Refused } from "./page_server.ts";

describe("an answer", () => {
  it("ends the page only when asking again cannot help", () => {
    expect(new Refused(410, "link.over").isOver).toBe(true);
    expect(new Refused(404, "link.unknown").isOver).toBe(true);
    expect(new Refused(409, "link.opened_elsewhere").isOver).toBe(true);
    expect(new Refused(429, "link.too_fast").isOver).toBe(false);
    expect(new Refused(0, "away").isOver).toBe(false);
  });
});
