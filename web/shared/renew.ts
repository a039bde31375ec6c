/** Fetch the page anew when the server does not understand it any more: what is owed lies in the outbox and outlives the reload. */

const KEY = "gc.renewed";
/** A server that refuses the new page, too, is not asked for it all the time. */
const AT_MOST_EVERY_MS = 60_000;

export async function renewPage(): Promise<void> {
  const before = Number(sessionStorage.getItem(KEY) ?? "0");
  if (Date.now() - before < AT_MOST_EVERY_MS) return;
  sessionStorage.setItem(KEY, String(Date.now()));
  const worker = "serviceWorker" in navigator ? await navigator.serviceWorker.getRegistration() : undefined;
  if (worker === undefined) return location.reload();
  // A tablet keeps its page: the new one is fetched first, and its worker takes over at once instead of after the run.
  await worker.update().catch(() => undefined);
  const next = worker.waiting ?? worker.installing;
  if (next === null) return;
  if (next.state === "installed") return next.postMessage("take over");
  next.addEventListener("statechange", () => {
    if (next.state === "installed") next.postMessage("take over");
  });
}
