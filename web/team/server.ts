/** Everything a person's page asks of the server: the token comes behind the #, is kept on the phone, and goes into a header only. */
import { ask as askServer } from "@shared/page_server.ts";
import type { Duty, SummonsAnswer, SummonsPhase } from "@shared/team.ts";
import type { Iso } from "@shared/words.ts";

export interface Asked {
  readonly id: string;
  readonly role: string;
  readonly phase: SummonsPhase;
  /** The patient goes elsewhere, does not come, or is handed over. */
  readonly over: boolean;
  readonly patient: string;
  readonly conditions: readonly (readonly [string, "suspected" | "confirmed"])[];
  readonly bypass: readonly string[];
  readonly sent_at: Iso;
  readonly eta_s: number | null;
  readonly arrived_at: Iso | null;
  readonly answer_by: Iso;
  readonly minutes: number | null;
}

export interface PageState {
  readonly now: Iso;
  readonly name: string;
  readonly center: string;
  readonly duties: readonly Duty[];
  readonly summonses: readonly Asked[];
  readonly push_key: string | null;
  readonly push_since: Iso | null;
  readonly poll_s: number;
}

const KEPT = "gc.member";

/** The token of the address, else the one that this phone has kept; a push opens the page without one. */
function tokenHere(): string {
  const given = location.hash.slice(1);
  if (given !== "") localStorage.setItem(KEPT, given);
  return given !== "" ? given : (localStorage.getItem(KEPT) ?? "");
}

export function ask(path: string, body?: object): Promise<PageState> {
  const method = body === undefined ? "GET" : "POST";
  return askServer(`/api/team${path}`, { method, headers: { "X-Member-Token": tokenHere() }, body }, (said) => said.json() as Promise<PageState>);
}

export const answer = (summonsId: string, said: SummonsAnswer, more: { minutes?: number; reason?: string } = {}): Promise<PageState> => ask(`/summonses/${encodeURIComponent(summonsId)}`, { answer: said, ...more });

/** Let this phone be pushed to: the browser's own question comes first. Null when it says no or cannot. */
export async function subscribe(publicKey: string): Promise<PageState | null> {
  if (!("serviceWorker" in navigator) || !("PushManager" in window) || (await Notification.requestPermission()) !== "granted") return null;
  const worker = await navigator.serviceWorker.register("/team/sw.js", { scope: "/team/" });
  await navigator.serviceWorker.ready;
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: publicKey });
  const { endpoint, keys } = made.toJSON();
  return ask("/push", { endpoint, keys });
}
