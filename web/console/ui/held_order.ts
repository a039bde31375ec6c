/** The order of a list as the operator sees it: it stands still while somebody points at it or is in it. */
import { useRef, useState } from "preact/hooks";
import { lockOrder, type Shown } from "../logic/order_lock.ts";

export interface HeldOrder<Row> extends Shown<Row> {
  /** Take the newest order now. */
  readonly take: () => void;
  /** Spread on the list's container. */
  readonly watch: {
    readonly onPointerEnter: () => void;
    readonly onPointerLeave: () => void;
    readonly onFocusIn: () => void;
    readonly onFocusOut: (event: FocusEvent) => void;
  };
}

/** Hold the order of `newest`; `scope` names what the list is about: another scope starts afresh. */
export function useHeldOrder<Row>(newest: readonly Row[], idOf: (row: Row) => string, scope: string): HeldOrder<Row> {
  const [, redraw] = useState(0);
  const pointed = useRef(false);
  const focused = useRef(false);
  const last = useRef<{ scope: string; rows: readonly Row[] }>({ scope, rows: [] });
  const held = (pointed.current || focused.current) && last.current.scope === scope;
  const shown = lockOrder(last.current.rows, newest, idOf, held);
  last.current = { scope, rows: shown.rows };

  const set = (flag: { current: boolean }, value: boolean): void => {
    if (flag.current === value) return;
    flag.current = value;
    redraw((n) => n + 1);
  };
  return {
    ...shown,
    take: () => {
      last.current = { scope, rows: [] };
      redraw((n) => n + 1);
    },
    watch: {
      onPointerEnter: () => set(pointed, true),
      onPointerLeave: () => set(pointed, false),
      onFocusIn: () => set(focused, true),
      onFocusOut: (event) => {
        const list = event.currentTarget as HTMLElement;
        if (!(event.relatedTarget instanceof Node && list.contains(event.relatedTarget))) set(focused, false);
      },
    },
  };
}
