import { useState } from "preact/hooks";
import { hhmmss } from "@shared/format.ts";
import type { Message } from "../store/feed.ts";
import { useDesk } from "../store/desk.ts";
import { both, t } from "../texts.ts";

/** The newest answer; a click shows those before it. */
export function FeedLine() {
  const { feed } = useDesk();
  const [open, setOpen] = useState(false);
  const [latest] = feed.messages.value;
  return (
    <div class="feed">
      {open && <ol class="feed-earlier scroll">{feed.messages.value.map((message) => <li key={message.id}><Line message={message} /></li>)}</ol>}
      <button type="button" class="bare feed-latest" aria-expanded={open} onClick={() => setOpen(!open)}>
        <span role="status">{latest === undefined ? <span class="faint">{t("console.feed.empty")}</span> : <Line message={latest} />}</span>
      </button>
    </div>
  );
}

function Line({ message }: { readonly message: Message }) {
  return (
    <span class={`feed-line feed-${message.kind}`}>
      <time>{hhmmss(message.at)}</time> <span aria-hidden="true">{message.kind === "done" ? "✓" : "✕"}</span> {both(message.text)}
    </span>
  );
}
