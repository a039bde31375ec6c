/** One fetch for all pages: our own server only, the tab's own session, JSON both ways. */
import { sessionToken } from "./signed_in.ts";

export class HttpRefused extends Error {
  readonly status: number;
  readonly body: unknown;
  constructor(status: number, body: unknown) {
    super(`HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Headers that carry the tab's session: a bearer token, because one cookie cannot hold the three pages of a demo at once. */
export function authorised(headers: Record<string, string> = {}): Record<string, string> {
  const token = sessionToken();
  return token === null ? headers : { ...headers, authorization: `Bearer ${token}` };
}

/**
 * Ask the server and read its JSON answer.
 *
 * Throws `HttpRefused` with the answer's body for every status ≥ 400, and `TypeError` when there is no network.
 */
export async function api<T>(path: string, init: { method?: string; body?: unknown; signal?: AbortSignal } = {}): Promise<T> {
  const { method = "GET", body, signal } = init;
  const answer = await fetch(path, {
    method,
    headers: authorised(body === undefined ? {} : { "content-type": "application/json" }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await answer.text();
  const parsed: unknown = text === "" ? null : readJson(text);
  if (!answer.ok) throw new HttpRefused(answer.status, parsed);
  return parsed as T;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
