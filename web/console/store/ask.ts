/** Read something that is not in the live tables, again whenever what it depends on changes. */
import { useEffect, useState } from "preact/hooks";
import { api, HttpRefused } from "@shared/api.ts";

export type Asked<T> = T | "loading" | "failed";

/** Ask `path` now and when `changes` changes; an old answer stays until the new one is there. */
export function useAsked<T>(path: string, changes: unknown): Asked<T> {
  const [answer, setAnswer] = useState<{ path: string; value: Asked<T> }>({ path, value: "loading" });
  useEffect(() => {
    const leaving = new AbortController();
    api<T>(path, { signal: leaving.signal })
      .then((value) => setAnswer({ path, value }))
      .catch((error: unknown) => {
        if (leaving.signal.aborted) return;
        if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
        setAnswer((before) => (before.path === path && typeof before.value !== "string" ? before : { path, value: "failed" }));
      });
    return () => leaving.abort();
  }, [path, changes]);
  return answer.path === path ? answer.value : "loading";
}
