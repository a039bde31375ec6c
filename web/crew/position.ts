/** Where the tablet is: sent while its permission stands, at most once a second, with the time of the fix. */
import { signal } from "@preact/signals";
import type { LiveLink } from "@shared/link.ts";

/** How the permission stands; "prompt" offers a key, nothing asks by itself. */
export const permission = signal<PermissionState | "none">("none");
const AT_MOST_EVERY_MS = 1_000;
const OLDEST_MS = 5_000;
const PARKED_EVERY_MS = 15_000;

export interface Fix {
  readonly lon: number;
  readonly lat: number;
  readonly heading: number | null;
  readonly speed: number | null;
  /** When the device took it, epoch ms on the device's clock. */
  readonly atMs: number;
}

/** The last fix of this device; null until it has one. */
export const lastFix = signal<Fix | null>(null);

/** The frame for one fix; its age is measured on the device and laid onto the server's clock. */
export function positionFrame(unitId: string, fix: Fix, deviceNowMs: number, serverNowMs: number, speed: number): object {
  const ageMs = Math.max(0, deviceNowMs - fix.atMs) * speed;
  return {
    t: "position", unit_id: unitId, lon: fix.lon, lat: fix.lat, datum: "wgs84",
    heading_deg: fix.heading === null || Number.isNaN(fix.heading) ? null : fix.heading,
    speed_mps: fix.speed, fix_at: new Date(serverNowMs - ageMs).toISOString(),
  };
}

/** Follow the device's position while that is allowed; returns how to stop. */
export function followPosition(link: LiveLink, unitId: string): () => void {
  let watch: number | null = null;
  let sentMs = 0;
  let gone = false;
  let unsent: Fix | null = null;
  const flush = (): void => {
    const now = Date.now();
    if (unsent === null || now - sentMs < AT_MOST_EVERY_MS || link.state.peek() !== "live") return;
    if (!link.send(positionFrame(unitId, unsent, now, link.serverNow(), link.speed.peek()))) return;
    sentMs = now;
    unsent = null;
  };
  const take = ({ coords, timestamp }: GeolocationPosition): void => {
    unsent = lastFix.value = { lon: coords.longitude, lat: coords.latitude, heading: coords.heading, speed: coords.speed, atMs: timestamp };
    flush();
  };
  // A parked vehicle moves nothing, so nothing would be reported: ask again, or its position grows old on the map.
  const again = setInterval(() => {
    flush();
    if (watch !== null && Date.now() - sentMs >= PARKED_EVERY_MS) navigator.geolocation.getCurrentPosition(take, undefined, { maximumAge: OLDEST_MS });
  }, AT_MOST_EVERY_MS);
  const renew = (state: PermissionState): void => {
    permission.value = state;
    if (state === "granted" && watch === null && !gone) watch = navigator.geolocation.watchPosition(take, undefined, { enableHighAccuracy: true, maximumAge: OLDEST_MS });
  };
  let status: PermissionStatus | null = null;
  const changed = (): void => { if (status !== null) renew(status.state); };
  if ("geolocation" in navigator && "permissions" in navigator) {
    void navigator.permissions.query({ name: "geolocation" }).then((found) => {
      if (gone) return;
      status = found;
      status.addEventListener("change", changed);
      changed();
    });
  }
  return () => {
    gone = true;
    clearInterval(again);
    status?.removeEventListener("change", changed);
    if (watch !== null) navigator.geolocation.clearWatch(watch);
  };
}

/** Ask for the permission, on a tap. */
export function askForPosition(): void {
  navigator.geolocation.getCurrentPosition(() => undefined, () => undefined);
}
