import type { UnitStatus } from "@shared/words.ts";
import { STATUS_SHAPES } from "./status_shapes.ts";

/** The shape of a unit's status; the word stands beside it, so it says nothing to a screen reader. */
export function StatusMark({ status }: { readonly status: UnitStatus }) {
  const shape = STATUS_SHAPES[status];
  return (
    <svg class={`mark mark-${shape.colour.slice(2)} ${shape.filled ? "mark-filled" : ""}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={shape.path} />
    </svg>
  );
}
