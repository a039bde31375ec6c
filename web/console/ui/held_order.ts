/** The order of a list as the operator sees it: it stands still while somebody points at it or is in it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { lockOrder, type Shown } from "../logic/order_lock.ts";

export interface HeldOrder<Row> extends Shown<Row> {
  /** Take the newest order now. */
  readonly take: () => void;
  /** Spread on the list's container. */
  readonly watch: {
    readonly onPointerEnter: () => void;
    readonly onPointerMove: () => void;
    readonly onPointerLeave: () => void;
    readonly onFocusIn: () => void;
    readonly onFocusOut: (event: FocusEvent) => void;
  };
}

/**
 * Hold the order of `newest`; `scope` names what the list is about: another scope starts afresh.
 *
 * With `lapse_ms` the hold ends that long after the last movement in the list: a mouse that was left lying there must not keep a
 * new emergency out of sight.
 */
export function useHeldOrder<Row>(newest: readonly Row[], idOf: (row: Row) => string, scope: string, lapse_ms: number | null = null): HeldOrder<Row> {
  const [, setDraws] = useState(0);
  const pointed = useRef(false);
  const focused = useRef(false);
  const lapse = useRef<ReturnType<typeof setTimeout> | null>(null);
  const last = useRef<{ scope: string; rows: readonly Row[] }>({ scope, rows: [] });
  const redraw = (): void => setDraws((count) => count + 1);
  const isHeld = (pointed.current || focused.current) && (lapse_ms === null || lapse.current !== null);
  const shown = lockOrder(last.current.rows, newest, idOf, isHeld && last.current.scope === scope);
  last.current = { scope, rows: shown.rows };

  useEffect(() => () => {
    if (lapse.current !== null) clearTimeout(lapse.current);
  }, []);

  const touch = (): void => {
    if (lapse_ms === null) return;
    if (lapse.current !== null) clearTimeout(lapse.current);
    lapse.current = setTimeout(() => {
      lapse.current = null;
      redraw();
    }, lapse_ms);
  };
  const set = (flag: { current: boolean }, value: boolean): void => {
    touch();
    if (flag.current === value) return;
    flag.current = value;
    redraw();
  };
  return {
    ...shown,
    take: () => {
      last.current = { scope, rows: [] };
      redraw();
    },
    watch: {
      onPointerEnter: () => set(pointed, true),
      onPointerMove: touch,
      onPointerLeave: () => set(pointed, false),
      onFocusIn: () => set(focused, true),
      onFocusOut: (event) => {
        const list = event.currentTarget as HTMLElement;
        if (!(event.relatedTarget instanceof Node && list.contains(event.relatedTarget))) set(focused, false);
      },
    },
  };
}
