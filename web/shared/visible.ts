/**
 * Characters that no eye sees and that turn other words around (bidirectional overrides, embeddings, isolates) or are no text at all:
 * every text that a page shows has them by name instead. Marks of right-to-left scripts (U+200E, U+200F, U+061C) stay as they are. Pure.
 */
const HIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** The text with every hidden character named: "王⟨U+202E⟩明". */
export function visible(text: string): string {
  return text.search(HIDDEN) < 0 ? text : text.replace(HIDDEN, (each) => `⟨U+${each.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);
}
