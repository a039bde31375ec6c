/* The page of a summoned person: a push becomes a notification that stays until it is touched. Nothing is cached. */
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("push", (event) => {
  const said = event.data === null ? {} : event.data.json();
  const zh = self.navigator.language.toLowerCase().startsWith("zh");
  const title = zh ? "急救绿色通道" : "Green channel";
  const options = { body: zh ? said.zh : said.en, tag: said.id, renotify: true, requireInteraction: !said.stand_down, vibrate: [500, 200, 500, 200, 500] };
  event.waitUntil(self.registration.showNotification(title, options));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((open) => (open.length > 0 ? open[0].focus() : self.clients.openWindow("/team/"))),
  );
});
