/// <reference lib="webworker" />
import { files, version } from "virtual:precache";

declare const self: ServiceWorkerGlobalScope;

const PREFIX = "crew-";
const CACHE = PREFIX + version;

/** Keep the whole page before the new worker counts as installed: half a page is worse than the old one. */
async function keepAll(): Promise<void> {
  const cache = await caches.open(CACHE);
  await cache.addAll(files.map((file) => new Request(file, { cache: "reload" })));
}

async function dropOldCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
}

/** Answer kept files from the cache; everything else (the API, the sockets' tickets) goes to the network untouched. */
async function answer(request: Request): Promise<Response> {
  const path = request.mode === "navigate" ? "/crew/" : new URL(request.url).pathname;
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(dropOldCaches().then(() => self.clients.claim())));
self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting(); // the page says when: between runs
});
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith("/crew")) return;
  event.respondWith(answer(event.request));
});
