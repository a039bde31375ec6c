/** A picture that only who is signed in here may see: fetched with the tab's own session, made large by a tap. */
import { useEffect, useState } from "preact/hooks";
import { authorised } from "./api.ts";

interface Props {
  readonly path: string;
  readonly alt: string;
  /** What stands there when it did not come; a tap asks again. */
  readonly missing: string;
}

export function Picture({ path, alt, missing }: Props) {
  const [url, setUrl] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);
  const [large, setLarge] = useState(false);
  useEffect(() => {
    if (failed) return;
    let current = true;
    let made: string | null = null;
    const load = async (): Promise<void> => {
      const answer = await fetch(path, { headers: authorised() });
      if (!answer.ok) throw new TypeError(`HTTP ${answer.status}`);
      const blob = await answer.blob();
      if (!current) return;
      made = URL.createObjectURL(blob);
      setUrl(made);
    };
    load().catch((error: unknown) => {
      if (!(error instanceof TypeError)) throw error;
      if (current) setFailed(true);
    });
    return () => {
      current = false;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [path, failed]);
  if (failed) return <button type="button" class="picture" onClick={() => setFailed(false)}>{missing}</button>;
  return (
    <button type="button" class={`picture ${large ? "large" : ""}`} aria-expanded={large} onClick={() => setLarge(!large)}>
      {url === null ? alt : <img src={url} alt={alt} />}
    </button>
  );
}
