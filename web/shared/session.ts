/** Sign in and out. */
import { api, HttpRefused } from "./api.ts";
import { remember, type Session } from "./signed_in.ts";

export type SignIn =
  | { readonly ok: true; readonly session: Session }
  | { readonly ok: false; readonly why: "wrong_password" | "too_many" | "offline" };

export async function signIn(account: string, password: string): Promise<SignIn> {
  try {
    const opened = await api<Session>("/api/session", { method: "POST", body: { account, password } });
    remember(opened);
    return { ok: true, session: opened };
  } catch (error) {
    if (error instanceof HttpRefused) return { ok: false, why: error.status === 429 ? "too_many" : "wrong_password" };
    if (error instanceof TypeError) return { ok: false, why: "offline" };
    throw error;
  }
}

/** Sign out here even when the server cannot be reached; the session there expires by itself. */
export async function signOut(): Promise<void> {
  try {
    await api<null>("/api/session", { method: "DELETE" });
  } catch (error) {
    if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
  }
  remember(null);
}
