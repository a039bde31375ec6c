import type { Incident } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { t, type Key } from "../texts.ts";
import { useHeldOrder } from "../ui/held_order.ts";
import { useRoving } from "../ui/roving.ts";
import { UpdatesNote } from "../ui/UpdatesNote.tsx";
import { CallBackList } from "./CallBackList.tsx";
import { CallList } from "./CallList.tsx";
import { IncidentRow } from "./IncidentRow.tsx";
import { TaskList } from "./TaskList.tsx";

const idOf = (incident: Incident): string => incident.id;
/** The queue stands still this long after the last movement in it. */
const LAPSE_MS = 4_000;
const SECTIONS = ["waiting", "held", "underway", "closed"] as const;

/** Who rings, who waits, who is looked after; phone tasks below, so that they push nothing away. */
export function QueueZone() {
  const { queue } = useDesk();
  const { waiting, held, underway, closed } = queue.value;
  const all = [...waiting, ...held, ...underway, ...closed];
  const order = useHeldOrder(all, idOf, "queue", LAPSE_MS);
  const roving = useRoving<HTMLDivElement>(order.take);
  return (
    <section class="zone queue" data-zone="queue" aria-label={t("console.zone.queue")}>
      <CallList />
      <div class="scroll queue-incidents" {...order.watch} ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={(event) => {
        order.watch.onFocusIn();
        roving.onFocusIn(event);
      }}>
        <UpdatesNote count={order.pending} onTake={order.take} />
        {SECTIONS.map((section) => (
          <Section key={section} section={section} rows={order.rows.filter((row) => sectionOf(row) === section)} />
        ))}
      </div>
      <CallBackList />
      <TaskList />
    </section>
  );
}

type SectionName = (typeof SECTIONS)[number];

function sectionOf(incident: Incident): SectionName {
  return incident.phase === "unlocated" ? "waiting" : incident.phase;
}

function Section({ section, rows }: { readonly section: SectionName; readonly rows: readonly Incident[] }) {
  if (rows.length === 0 && section !== "waiting") return null;
  const heading: Key = `console.queue.${section}`;
  return (
    <section class={`queue-section queue-${section}`} aria-label={t(heading)}>
      <h2>{t(heading)} <span class="tally">{rows.length}</span></h2>
      {rows.length === 0 ? <p class="nothing">{t("console.queue.nothing_waiting")}</p> : (
        <ul>{rows.map((row) => <li key={row.id}><IncidentRow incident={row} /></li>)}</ul>
      )}
    </section>
  );
}
