/** The trace of the monitor that is bound to the patient: in its true size on a measured screen, or saying that it is not. */
import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { openCalibration } from "@shared/ecg/Calibration.tsx";
import { EcgSweep } from "@shared/ecg/draw.ts";
import { scale } from "@shared/ecg/scale.ts";
import { t as ecg } from "@shared/ecg/texts.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";

/** A trace of one lead in true size needs this much: 1 mV up, half of it down. */
const LEAST_HEIGHT_MM = 15;

export function Wave({ wall, patientId }: { wall: Wall; patientId: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [hasRoom, setHasRoom] = useState(true);
  useEffect(() => {
    const drawn = canvas.current;
    if (drawn === null) return;
    const sweep = new EcgSweep(drawn, ["II"]);
    const stop = wall.onWave((chunk) => {
      if (chunk.patientId === patientId) sweep.push(chunk);
    });
    let frame = requestAnimationFrame(function draw(now) {
      sweep.draw(now);
      frame = requestAnimationFrame(draw);
    });
    const size = (): void => {
      const { pxPerMm } = scale.value;
      if (drawn.clientHeight === 0) return; // hidden: there is no room for it on this tile
      const heightMm = drawn.clientHeight / pxPerMm;
      setHasRoom(heightMm >= LEAST_HEIGHT_MM);
      sweep.resize(heightMm >= LEAST_HEIGHT_MM ? pxPerMm : drawn.clientHeight / LEAST_HEIGHT_MM);
    };
    const unmeasure = effect(size);
    const fit = new ResizeObserver(size);
    fit.observe(drawn);
    return () => {
      stop();
      unmeasure();
      cancelAnimationFrame(frame);
      fit.disconnect();
    };
  }, [wall, patientId]);
  return (
    <figure class="wave">
      <canvas ref={canvas} role="img" aria-label={t("wall.wave")} />
      <figcaption>{scale.value.calibrated ? ecg(hasRoom ? "ecg.speed" : "ecg.not_to_scale") : <button type="button" aria-keyshortcuts="K" onClick={openCalibration}>{ecg("ecg.not_to_scale")}</button>}</figcaption>
    </figure>
  );
}
