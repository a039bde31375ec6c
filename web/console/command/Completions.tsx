import type { Completion } from "../logic/completion.ts";
import { t } from "../texts.ts";

/** What the word may become; Tab takes the first, arrows choose another. */
export function Completions({ found, chosen, onTake }: { readonly found: readonly Completion[]; readonly chosen: number; readonly onTake: (line: string) => void }) {
  if (found.length === 0) return null;
  return (
    <ul class="completions" id="completions" role="listbox" aria-label={t("console.zone.command")}>
      {found.map(({ entry, line }, place) => (
        <li
          key={`${entry.id}${place}`} id={`completion-${place}`} role="option" aria-selected={place === chosen}
          // The input keeps the focus: losing it would close this list before the click arrives.
          onMouseDown={(event) => {
            event.preventDefault();
            onTake(line);
          }}
        >
          <strong>{entry.name}</strong> <span class="faint">{entry.hint}</span>
        </li>
      ))}
    </ul>
  );
}
