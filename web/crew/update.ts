/** A new version of the page takes over between runs, never in the middle of one. */

/** Register the worker; `mayReload` is asked whenever a new version waits, and again every minute. */
export async function keepUpToDate(mayReload: () => boolean): Promise<void> {
  if (!("serviceWorker" in navigator)) return; // a page over plain HTTP on a LAN: it works, but only with a network
  const hadOne = navigator.serviceWorker.controller !== null;
  const registration = await navigator.serviceWorker.register("/crew/sw.js", { scope: "/crew/" });
  const offer = (): void => {
    if (mayReload()) registration.waiting?.postMessage("take over");
  };
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (hadOne) location.reload();
  });
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  setInterval(() => {
    void registration.update().catch(() => undefined); // no network: the next minute asks again
    offer();
  }, 60_000);
  offer();
}
