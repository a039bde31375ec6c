/** A recorded 12-lead with its scale in words: in its true size on a measured screen, else as large as its box and saying so. */
import { useEffect, useRef, useState } from "preact/hooks";
import { openCalibration } from "./Calibration.tsx";
import { drawTwelveLead, type EcgRecord, fittingPxPerMm, PAPER_MM } from "./draw.ts";
import { type EcgScale, scale, showWhole, wantsWhole } from "./scale.ts";
import { t } from "./texts.ts";
import "./ecg.css";

/** Rows may stand closer than on paper where a box is low, never so close that they are read as one. */
const LEAST_HEIGHT_MM = 80;

interface Props {
  readonly record: EcgRecord;
  readonly label: string;
  /** The class that the page's keys have. */
  readonly button: string;
  /** What else must be known of the picture. */
  readonly note?: string | undefined;
}

export function TwelveLeadPicture({ record, label, button, note }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [drawn, setDrawn] = useState<number | null>(null);
  const measured = scale.value;
  const inTrueSize = measured.calibrated && !wantsWhole.value;
  useEffect(() => {
    if (box.current === null) return;
    const draw = (): void => {
      if (canvas.current === null || box.current === null || box.current.clientWidth === 0) return; // gone or hidden: nothing to draw
      setDrawn(drawInto(canvas.current, box.current, record, inTrueSize ? measured : null));
    };
    const fit = new ResizeObserver(draw);
    fit.observe(box.current);
    return () => fit.disconnect();
  }, [record, measured, inTrueSize]);
  return (
    <figure class="ecg-picture" data-px-per-mm={drawn} data-true-size={inTrueSize}>
      <div ref={box} class="ecg-paper" tabIndex={0} role="group" aria-label={t("ecg.scroll")}>
        <canvas ref={canvas} role="img" aria-label={label} data-drawn={drawn !== null} />
      </div>
      <figcaption>
        <span>{[t("ecg.speed"), words(measured, inTrueSize, drawn), note].filter((part) => part !== undefined).join(" · ")}</span>
        {measured.calibrated && <button type="button" class={button} onClick={() => showWhole(inTrueSize)}>{t(inTrueSize ? "ecg.show_whole" : "ecg.show_true")}</button>}
        <button type="button" class={button} aria-keyshortcuts="K" onClick={openCalibration}>{t("ecg.calibrate")}</button>
      </figcaption>
    </figure>
  );
}

function words(measured: EcgScale, inTrueSize: boolean, drawn: number | null): string {
  if (inTrueSize) return t(drawn === measured.pxPerMm ? "ecg.true" : "ecg.not_to_scale"); // said when it is drawn so, not before
  return measured.calibrated && drawn !== null ? t("ecg.times", { factor: (drawn / measured.pxPerMm).toFixed(1) }) : t("ecg.not_to_scale");
}

/** Draw in true size, larger than its box where it must be (the box is pushed), or, without one, as large as the box. Return px per mm. */
function drawInto(canvas: HTMLCanvasElement, box: HTMLElement, record: EcgRecord, trueSize: EcgScale | null): number {
  if (trueSize === null) {
    canvas.style.width = canvas.style.height = "";
    const pxPerMm = fittingPxPerMm(canvas);
    drawTwelveLead(canvas, record, pxPerMm);
    return pxPerMm;
  }
  const { pxPerMm } = trueSize;
  canvas.style.width = `${PAPER_MM.width * pxPerMm}px`;
  canvas.style.height = `${Math.min(PAPER_MM.height * pxPerMm, Math.max(LEAST_HEIGHT_MM * pxPerMm, box.clientHeight))}px`;
  drawTwelveLead(canvas, record, pxPerMm);
  return pxPerMm;
}
