/**
 * Who is signed in on this tab. The tab's own storage comes first, so that a console, a tablet and two walls can stand side by
 * side in one browser; the device's storage second, so that a kiosk or a tablet resumes by itself after a restart.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import type { Iso, Role } from "./words.ts";

export interface Session {
  readonly token: string;
  readonly account: string;
  readonly role: Role;
  readonly name: string;
  readonly unit_id: string | null;
  readonly center_id: string | null;
  readonly expires_at: Iso;
}

const page = typeof location === "undefined" ? "page" : (location.pathname.split("/")[1] ?? "");
const KEY = `gc.session.${page === "" ? "door" : page}`;

function stored(): Session | null {
  const text = sessionStorage.getItem(KEY) ?? localStorage.getItem(KEY);
  return text === null ? null : (JSON.parse(text) as Session);
}

const current = signal<Session | null>(stored());

/** The signed-in account of this tab, or null. */
export const session: ReadonlySignal<Session | null> = current;

export function sessionToken(): string | null {
  return current.value?.token ?? null;
}

/** Keep a session on this tab and this device; null forgets it. */
export function remember(value: Session | null): void {
  if (value === null) {
    sessionStorage.removeItem(KEY);
    localStorage.removeItem(KEY);
  } else {
    const text = JSON.stringify(value);
    sessionStorage.setItem(KEY, text);
    localStorage.setItem(KEY, text);
  }
  current.value = value;
}

/** Forget a session that the server no longer knows. */
export function sessionExpired(): void {
  remember(null);
}
