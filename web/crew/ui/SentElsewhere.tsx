/** What this tablet sends of the monitor is stored and not shown: another tablet sends it, or it is on another patient. */
import { useEffect, useState } from "preact/hooks";
import type { ElsewhereFrame } from "@shared/frames.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";

/** The server says it again every few seconds while it is so. */
const BELIEVED_MS = 10_000;

export function SentElsewhere({ crew }: { crew: Crew }) {
  const [said, setSaid] = useState<ElsewhereFrame | null>(null);
  useEffect(() => {
    let over: ReturnType<typeof setTimeout> | undefined;
    const stop = crew.link.onTelemetry("elsewhere", (frame) => {
      setSaid(frame);
      clearTimeout(over);
      over = setTimeout(() => setSaid(null), BELIEVED_MS);
    });
    return () => {
      stop();
      clearTimeout(over);
    };
  }, [crew]);
  if (said === null) return null;
  return <p class="elsewhere" role="alert"><strong>{t(`crew.elsewhere.${said.why}`, { device: said.device_id ?? "—", unit: said.unit ?? "—" })}</strong> {t("crew.elsewhere.do")}</p>;
}
