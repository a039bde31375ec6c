/** The trace of the monitor that is bound to the patient. */
import { useEffect, useRef } from "preact/hooks";
import { EcgSweep, screenScale } from "@shared/ecg.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";

export function Wave({ wall, patientId }: { wall: Wall; patientId: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current === null) return;
    const sweep = new EcgSweep(canvas.current, ["II"]);
    const stop = wall.onWave((chunk) => {
      if (chunk.patientId === patientId) sweep.push(chunk);
    });
    let frame = requestAnimationFrame(function draw(now) {
      sweep.draw(now);
      frame = requestAnimationFrame(draw);
    });
    const fit = new ResizeObserver(() => sweep.resize());
    fit.observe(canvas.current);
    return () => {
      stop();
      cancelAnimationFrame(frame);
      fit.disconnect();
    };
  }, [wall, patientId]);
  return (
    <figure class="wave">
      <canvas ref={canvas} role="img" aria-label={t("wall.wave")} />
      {!screenScale().calibrated && <figcaption>{t("ecg.not_to_scale")}</figcaption>}
    </figure>
  );
}
