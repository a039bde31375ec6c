import type { Incident } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { TABS, type Tab } from "../store/selection.ts";
import { t } from "../texts.ts";
import { Actions } from "./IncidentActions.tsx";
import { AssessTab } from "./AssessTab.tsx";
import { TurnoutCard } from "./TurnoutCard.tsx";
import { HospitalTab } from "./HospitalTab.tsx";
import { IncidentHead } from "./IncidentHead.tsx";
import { LogTab } from "./LogTab.tsx";
import { PlaceCard } from "./PlaceCard.tsx";
import { SourcesCard } from "./SourcesCard.tsx";
import { RegisterTab } from "./RegisterTab.tsx";
import { RunsCard } from "./RunsCard.tsx";
import { isDangerous, SceneCard } from "./SceneCard.tsx";
import { UnitAdvice } from "./UnitAdvice.tsx";

/** The selected incident: what is needed to send wheels above, everything that refines it below. Whom to send stays in sight: what is known of the place scrolls above it. */
export function IncidentZone() {
  const { selection, link } = useDesk();
  const incident = link.tables.incidents.value.get(selection.incidentId.value ?? "");
  return (
    <section class="zone incident" data-zone="incident" aria-label={t("console.zone.incident")}>
      {incident === undefined ? <NothingSelected /> : <Selected key={incident.id} incident={incident} />}
    </section>
  );
}

function NothingSelected() {
  return (
    <div class="nothing-selected">
      <p>{t("console.incident.none")}</p>
      <p class="faint">{t("console.incident.none.hint")}</p>
    </div>
  );
}

function Selected({ incident }: { readonly incident: Incident }) {
  return (
    <>
      <IncidentHead incident={incident} />
      <div class={`incident-send ${incident.phase === "underway" ? "is-sent" : ""}`}>
        <div class="incident-known scroll">
          {isDangerous(incident) && <SceneCard incident={incident} />}
          {incident.phase === "held" && <TurnoutCard incident={incident} />}
          <PlaceCard incident={incident} />
          <RunsCard incident={incident} />
          {incident.phase !== "held" && <TurnoutCard incident={incident} />}
          {!isDangerous(incident) && <SceneCard incident={incident} />}
          <SourcesCard incident={incident} />
        </div>
        <UnitAdvice incident={incident} />
      </div>
      <Tabs incident={incident} />
      <Actions incident={incident} />
    </>
  );
}

const PANELS: Readonly<Record<Tab, (props: { incident: Incident }) => preact.JSX.Element>> = {
  assess: AssessTab,
  hospital: HospitalTab,
  register: RegisterTab,
  log: LogTab,
};

function Tabs({ incident }: { readonly incident: Incident }) {
  const { selection } = useDesk();
  const current = selection.tab.value;
  const Panel = PANELS[current];
  const move = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = TABS[(TABS.indexOf(current) + step + TABS.length) % TABS.length] ?? current;
    selection.tab.value = next;
    document.getElementById(`tab-${next}`)?.focus();
    event.preventDefault();
  };
  return (
    <div class="incident-refine">
      <div class="tabs" role="tablist" aria-label={t("console.zone.incident")} onKeyDown={move}>
        {TABS.map((tab, place) => (
          <button
            type="button" role="tab" key={tab} id={`tab-${tab}`} aria-selected={tab === current} aria-controls="tab-panel" tabIndex={tab === current ? 0 : -1}
            onClick={() => (selection.tab.value = tab)}
          >
            <kbd>{place + 1}</kbd> {t(`console.incident.tab.${tab}`)}
          </button>
        ))}
      </div>
      <div class="tab-panel scroll" role="tabpanel" id="tab-panel" aria-labelledby={`tab-${current}`} tabIndex={0}>
        <Panel incident={incident} />
      </div>
    </div>
  );
}
