import { CommandBar } from "./command/CommandBar.tsx";
import { Help } from "./command/Help.tsx";
import { useHotkeys } from "./command/hotkeys.ts";
import { LinkBanner } from "./header/LinkState.tsx";
import { TopBar } from "./header/TopBar.tsx";
import { ZoneSwitch } from "./header/ZoneSwitch.tsx";
import { IncidentZone } from "./incident/IncidentZone.tsx";
import { MapZone } from "./map/MapZone.tsx";
import { QueueZone } from "./queue/QueueZone.tsx";
import { useDesk } from "./store/desk.ts";
import { UnitZone } from "./units/UnitZone.tsx";

/** The seat: queue, map, selected incident, unit board, and the command line below all of them. */
export function Console() {
  const { selection } = useDesk();
  useHotkeys();
  const selected = selection.incidentId.value !== null;
  return (
    <div class={`console ${selected ? "has-incident" : ""}`} data-zone={selection.zone.value}>
      <TopBar />
      <LinkBanner />
      <ZoneSwitch />
      <main class="zones">
        <QueueZone />
        <MapZone />
        <IncidentZone />
        <UnitZone />
      </main>
      <CommandBar />
      <Help />
    </div>
  );
}
