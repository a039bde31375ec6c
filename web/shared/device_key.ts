/** What only this browser knows; a private window that keeps nothing has a new one each time. */
export function deviceKey(): string {
  const made = Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");
  try {
    const kept = localStorage.getItem("gc.link.device") ?? made;
    localStorage.setItem("gc.link.device", kept);
    return kept;
  } catch {
    return made;
  }
}
