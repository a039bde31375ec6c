/** Measure the screen with a bank card: a bar is made as long as the card's edge. K opens it wherever a page shows an ECG. */
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { calibrate, CARD_MM, PX_PER_MM, scale } from "./scale.ts";
import { t } from "./texts.ts";
import "./ecg.css";

const open = signal(false);
/** A page narrower than this, in CSS pixels, may have no room for the card's long edge: telephones. */
const LONG_EDGE_FROM_PX = 640;
/** The bar begins this much too short: nobody keeps a length that nobody has set. */
const BEGINS_AT = 0.6;
/** Physical pixels of a small and a large step. */
const SMALL = 1;
const LARGE = 10;

export function openCalibration(): void {
  open.value = true;
}

/** Stands once on a page that shows ECGs. */
export function Calibration() {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const writes = event.target instanceof HTMLElement && event.target.closest("input, select, textarea") !== null;
      if (event.key.toLowerCase() !== "k" || writes || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      openCalibration();
    };
    addEventListener("keydown", pressed);
    return () => {
      removeEventListener("keydown", pressed);
      open.value = false;
    };
  }, []);
  return open.value ? <Card onClose={() => { open.value = false; }} /> : null;
}

function Card({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const track = useRef<HTMLDivElement>(null);
  const [edge] = useState<"long" | "short">(innerWidth >= LONG_EDGE_FROM_PX ? "long" : "short");
  const mm = CARD_MM[edge];
  const [px, setPx] = useState(() => scale.peek().pxPerMm * mm * (scale.peek().calibrated ? 1 : BEGINS_AT));
  const [moved, setMoved] = useState(false);
  const [dragging, setDragging] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const become = (wanted: number): void => {
    const most = Math.min(PX_PER_MM.most * mm, track.current?.clientWidth ?? Infinity);
    setPx(Math.min(most, Math.max(PX_PER_MM.least * mm, wanted)));
    setMoved(true);
  };
  const step = (by: number): void => become(px + by / devicePixelRatio);
  const typed = (event: KeyboardEvent): void => {
    const by = { ArrowRight: SMALL, ArrowLeft: -SMALL, ArrowUp: LARGE, ArrowDown: -LARGE }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    step(by);
  };
  const drag = (event: PointerEvent): void => become(event.clientX - (track.current?.getBoundingClientRect().left ?? 0));
  const keep = (): void => {
    calibrate(px, mm);
    onClose();
  };
  return (
    <dialog ref={dialog} class="calibration" aria-label={t("ecg.calibrate")} onCancel={onClose} onClose={onClose} onKeyDown={typed}>
      <h2>{t("ecg.calibrate")}</h2>
      <p>{t("ecg.card.lay", { edge: t(`ecg.card.${edge}`), mm: mm.toFixed(1) })}</p>
      <div ref={track} class="card-track"
        onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); setDragging(true); drag(event); }}
        onPointerMove={(event) => { if (dragging) drag(event); }}
        onPointerUp={() => setDragging(false)} onPointerCancel={() => setDragging(false)}>
        <div class="card-bar" role="slider" tabIndex={0} autofocus aria-label={t("ecg.card.bar", { mm: mm.toFixed(1) })} aria-valuenow={Math.round(px)} aria-valuemin={Math.round(PX_PER_MM.least * mm)} aria-valuemax={Math.round(PX_PER_MM.most * mm)} aria-valuetext={t("ecg.card.now", { px: (px / mm).toFixed(2) })} style={{ width: `${px}px` }}><i aria-hidden="true" /></div>
      </div>
      <div class="card-steps">
        {[-LARGE, -SMALL, SMALL, LARGE].map((by) => <button key={by} type="button" onClick={() => step(by)}>{by < 0 ? `−${-by}` : `+${by}`}</button>)}
      </div>
      <div class="card-ends">
        <button type="button" class="keep" disabled={!moved} onClick={keep}>{t("ecg.card.save")} <small>{t("ecg.card.now", { px: (px / mm).toFixed(2) })}</small></button>
        <button type="button" onClick={onClose}>{t("ecg.card.close")}</button>
      </div>
      <p class="card-note">{t("ecg.card.holds")}</p>
    </dialog>
  );
}
