/** Let one tab of this browser do what must be done once; when it goes, the next one that waits does it. */

export interface Turn {
  readonly mine: () => boolean;
  readonly leave: () => void;
}

/** Wait for the turn. A browser that knows no locks (no HTTPS) lets every tab have it: better twice than never. */
export function oneTab(name: string, locks: Pick<LockManager, "request"> | null = "locks" in navigator ? navigator.locks : null): Turn {
  if (locks === null) return { mine: () => true, leave: () => undefined };
  let mine = false;
  const leaving = new AbortController();
  const left = new Promise<void>((done) => leaving.signal.addEventListener("abort", () => done()));
  const held = locks.request(name, { signal: leaving.signal }, async () => {
    mine = !leaving.signal.aborted;
    await left;
    mine = false;
  });
  held.catch((failed: unknown) => {
    if (!leaving.signal.aborted) throw failed; // whoever leaves before their turn is no failure
  });
  return { mine: () => mine, leave: () => leaving.abort() };
}
