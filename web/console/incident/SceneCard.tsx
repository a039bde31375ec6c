import { useState } from "preact/hooks";
import { hhmm } from "@shared/format.ts";
import type { Incident, SceneFlag, Service } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";

const SERVICES: readonly Service[] = ["110", "119", "122"];
/** Whom a danger concerns, as `dispatch/state/scene.py` says. */
const CONCERNS: Readonly<Partial<Record<SceneFlag, Service>>> = { violence: "110", fire: "119", chemical: "119", entrapped: "119", traffic: "122" };

/** Whether this is to be read before anything else: a danger, or crews that stand off. */
export function isDangerous(incident: Incident): boolean {
  return incident.staging?.phase === "staged" || Object.values(incident.flags).includes("yes");
}

/** Danger on scene: what was answered, whom to tell with one key, and whether the crews stand off. */
export function SceneCard({ incident }: { readonly incident: Incident }) {
  const { actions } = useDesk();
  if (incident.phase === "closed") return null;
  const dangers = (Object.keys(incident.flags) as SceneFlag[]).filter((flag) => incident.flags[flag] === "yes");
  const wanted = new Set(dangers.map((flag) => CONCERNS[flag]));
  const staged = incident.staging?.phase === "staged";
  return (
    <section class="card scene" aria-label={t("console.scene")}>
      <div class="card-line">
        {dangers.length === 0 ? <span class="faint">{t("console.scene.none")}</span> : dangers.map((flag) => <strong key={flag} class="scene-flag">⚠ {t(`flag.${flag}`)}</strong>)}
        <span class="card-keys">
          {SERVICES.map((service) => <ServiceKey key={service} incident={incident} service={service} wanted={wanted.has(service)} />)}
          {!staged && <button type="button" class="small" onClick={() => void actions.stage(incident)}>{t("console.scene.stage")}</button>}
        </span>
      </div>
      {incident.flags.infectious_suspected === "yes" && <p class="scene-warning">⚠ {t("isolation.warning")}</p>}
      {incident.staging !== null && <StandOff incident={incident} />}
    </section>
  );
}

/** One key tells; the next says that they have it. */
function ServiceKey({ incident, service, wanted }: { readonly incident: Incident; readonly service: Service; readonly wanted: boolean }) {
  const { actions } = useDesk();
  const notice = incident.notices[service];
  if (notice?.phase === "confirmed") return <span class="faint">{service} ✓ {notice.confirmed_at === null ? "" : hhmm(notice.confirmed_at)}</span>;
  if (notice === undefined) return <button type="button" class={wanted ? "key small" : "small"} onClick={() => void actions.tellService(incident, service)}>{t("console.scene.tell", { service })}</button>;
  return (
    <>
      <span class={notice.phase === "undelivered" ? "scene-warning" : "faint"}>{service} {t(`notice.${notice.phase}`)}</span>
      <button type="button" class="small" onClick={() => void actions.confirmService(incident, service)}>{t("console.scene.confirm", { service })}</button>
    </>
  );
}

function StandOff({ incident }: { readonly incident: Incident }) {
  const { actions } = useDesk();
  const [by, setBy] = useState("");
  const { staging } = incident;
  if (staging === null) return null;
  if (staging.phase === "cleared") return <p class="faint">✓ {t("staging.cleared")} {staging.cleared_at === null ? "" : hhmm(staging.cleared_at)}</p>;
  return (
    <form class="inline-form" onSubmit={(event) => {
      event.preventDefault();
      void actions.clearScene(incident, by);
    }}>
      <strong class="scene-warning">⚠ {t("staging.hold", { distance: staging.distance_m })}</strong>
      <input required aria-label={t("console.scene.by")} placeholder={t("console.scene.by")} value={by} onInput={(event) => setBy(event.currentTarget.value)} />
      <button type="submit" class="key small">{t("console.scene.clear")}</button>
    </form>
  );
}
