import { mmss } from "@shared/format.ts";
import { useDesk } from "../store/desk.ts";

/** Time since a moment, to the second, on the server's clock. */
export function Since({ at, class: className = "" }: { readonly at: string; readonly class?: string }) {
  const { now } = useDesk();
  return <time class={`timer ${className}`} dateTime={at}>{mmss(Math.max(0, now.value - Date.parse(at)))}</time>;
}
