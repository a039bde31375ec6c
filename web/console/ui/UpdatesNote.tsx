import { t } from "../texts.ts";

/** Say that the order stands still, and how to let it go. */
export function UpdatesNote({ count, onTake }: { readonly count: number; readonly onTake: () => void }) {
  if (count === 0) return null;
  return (
    <button type="button" class="updates" title={t("console.queue.updates.hint")} onClick={onTake}>
      {t("console.queue.updates", { count })}
    </button>
  );
}
