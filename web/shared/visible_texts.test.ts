// @vitest-environment happy-dom: what it tests reaches for the page
import { h, render } from "preact";
import { expect, it } from "vitest";
import "./visible_texts.ts";

it("names what would turn words around, and leaves right-to-left scripts alone", () => {
  const page = document.createElement("div");
  render(h("p", null, "王\u202e明", h("b", null, "a\u2066b\u0007"), ["x\u202d", 3], "ئابلىز\u200f 120\n"), page);
  expect(page.textContent).toBe("王⟨U+202E⟩明a⟨U+2066⟩b⟨U+0007⟩x⟨U+202D⟩3ئابلىز\u200f 120\n");
});
