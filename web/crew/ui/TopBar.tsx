/** One line that is always there: who we are, what we do, when we arrive, and what is not sent. */
import type { LinkState } from "@shared/liveness.ts";
import { age, hhmm, mmss } from "@shared/format.ts";
import { PRIORITY } from "@shared/severity.ts";
import { lang } from "@shared/texts.ts";
import { unsent } from "../outbox/entry.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";

const LINK_TEXT = { connecting: "link.connecting", live: "link.live", stale: "link.stale", offline: "link.offline" } as const satisfies Record<LinkState, string>;

export function TopBar({ crew }: { crew: Crew }) {
  const { unit, incident } = crew.rows.value;
  const now = crew.now.value;
  return (
    <header class="top">
      <h1>{unit?.call_sign ?? crew.unitId}</h1>
      {unit !== null && (
        <p class="top-status">
          <strong>{t(`status.${unit.status}`)}</strong> <span class="age">{mmss(Math.max(0, now - Date.parse(unit.status_since)))}</span>
        </p>
      )}
      {incident !== null && (
        <p class="top-incident">
          {incident.priority !== null && (
            <span class={`priority ${PRIORITY[incident.priority].className}`}>{PRIORITY[incident.priority].shape} {incident.priority}</span>
          )}
          <span>{incident.number}</span>
        </p>
      )}
      <EtaLine crew={crew} now={now} />
      <LinkBadge crew={crew} now={now} />
    </header>
  );
}

/** ETA with its own age: it comes with telemetry and must not look fresh when it isn't. */
function EtaLine({ crew, now }: { crew: Crew; now: number }) {
  const eta = crew.eta.value;
  const status = crew.rows.value.unit?.status;
  const driving = status === "accepted" || status === "en_route" || status === "transporting" || status === "patient_loaded";
  if (!driving || eta === null || eta.arrive_at === null) return <span class="top-eta" />;
  const left = Date.parse(eta.arrive_at) - now;
  return (
    <p class="top-eta">
      {t("crew.eta")} <strong>{mmss(Math.max(0, left))}</strong> <span class="age">{t("crew.eta.at", { time: hhmm(eta.arrive_at) })}</span>
    </p>
  );
}

function LinkBadge({ crew, now }: { crew: Crew; now: number }) {
  const state = crew.link.state.value;
  const waiting = unsent(crew.uplink.pending.value);
  const ecgs = crew.uplink.ecgs.value.length;
  const photos = crew.uplink.photos.value.length;
  return (
    <p class={`link ${state}`} role="status" aria-live="polite">
      <span class="link-state"><i aria-hidden="true" />{t(LINK_TEXT[state])}</span>
      {state === "stale" && <span>{t("link.age", { age: age(crew.link.dataAge(), lang.value) })}</span>}
      {waiting !== null && <span class="unsent">{t("crew.unsent", { count: waiting.count, age: mmss(Math.max(0, now - waiting.oldestMs)) })}</span>}
      {photos > 0 && <span class="unsent">{t("crew.unsent_photo", { count: photos })}</span>}
      {crew.uplink.waves.slow.value && <span class="unsent">{t("crew.unsent_wave", { count: crew.uplink.waves.owed.value })}</span>}
      {ecgs > 0 && <span class="unsent">{t("crew.unsent_ecg", { count: ecgs })}</span>}
    </p>
  );
}
