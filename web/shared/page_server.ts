/** How a page asks whose only right is a token behind the #: it goes into a header, and an answer is a refusal with its code or a value. */

/** What the server said no with; "away" when it could not be reached. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }

  /** Whether asking again cannot help. */
  get isOver(): boolean {
    return this.status === 401 || this.status === 404 || this.status === 410 || this.code === "link.opened_elsewhere";
  }
}

const WAIT_MS = 15_000;

export interface Asking {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** An object goes as JSON, a picture as it is. */
  readonly body?: object | undefined;
}

/** Ask, and read the answer in the same breath: a network that breaks in the middle of it is "away", too. */
export async function ask<T>(path: string, { method, headers, body }: Asking, read: (answer: Response) => Promise<T>): Promise<T> {
  const isJson = body !== undefined && !(body instanceof Blob);
  const ended = new AbortController(); // AbortSignal.timeout is younger than many telephones
  const timer = setTimeout(() => ended.abort(), WAIT_MS);
  try {
    const answer = await fetch(path, {
      method,
      headers: isJson ? { ...headers, "Content-Type": "application/json" } : headers,
      body: isJson ? JSON.stringify(body) : ((body as Blob | undefined) ?? null),
      cache: "no-store",
      signal: ended.signal,
    });
    if (answer.ok) return await read(answer);
    throw new Refused(answer.status, ((await answer.json()) as { code?: string }).code ?? "away");
  } catch (failure) {
    if (failure instanceof TypeError || failure instanceof SyntaxError || failure instanceof DOMException) throw new Refused(0, "away");
    throw failure;
  } finally {
    clearTimeout(timer);
  }
}
