/** Who must sign in on this tablet once more, so that what they did here is sent; nothing of it is shown. */
import { useEffect, useState } from "preact/hooks";
import { leftBehind, type LeftBehind as Owed } from "../outbox/left_behind.ts";
import { t } from "../texts.ts";

export function LeftBehind({ own }: { own: string | null }) {
  const [found, setFound] = useState<readonly Owed[]>([]);
  useEffect(() => {
    let current = true;
    void leftBehind(own).then((owed) => {
      if (current) setFound(owed);
    });
    return () => { current = false; };
  }, [own]);
  if (found.length === 0) return null;
  return <p class="left-behind" role="status">{found.map(({ account, count }) => t("crew.left_behind", { account, count })).join(" · ")}</p>;
}
