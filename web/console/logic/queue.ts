/** What stands in the queue and in which order. Pure: rows in, sections out. */
import type { Call, Incident, Task } from "@shared/rows.ts";

export interface Queue {
  /** Ringing first, oldest first; then what this seat talks on, has on hold, or still writes about. */
  readonly calls: readonly Call[];
  readonly waiting: readonly Incident[];
  readonly held: readonly Incident[];
  readonly underway: readonly Incident[];
  /** The latest that ended, newest first: what an operator may want to open again. */
  readonly closed: readonly Incident[];
  readonly tasks: readonly Task[];
}

const CLOSED_SHOWN = 12;
/** An incident that nobody has assessed is as urgent as P2. */
const URGENCY: Readonly<Record<string, number>> = { P1: 1, P2: 2, P3: 3, P4: 4 };

export function urgency(priority: string | null): number {
  return URGENCY[priority ?? "P2"] ?? 2;
}

type Comparison<Row> = (a: Row, b: Row) => number;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const inTurn =
  <Row>(...comparisons: Comparison<Row>[]): Comparison<Row> =>
  (a, b) => {
    for (const compare of comparisons) {
      const found = compare(a, b);
      if (found !== 0) return found;
    }
    return 0;
  };

const mostUrgent: Comparison<Incident> = (a, b) => urgency(a.priority) - urgency(b.priority);
const longestWaiting: Comparison<Incident> = (a, b) =>
  Date.parse(a.waiting_since ?? a.opened_at) - Date.parse(b.waiting_since ?? b.opened_at);
const reviewedFirst: Comparison<Incident> = (a, b) => Date.parse(a.review_at ?? a.opened_at) - Date.parse(b.review_at ?? b.opened_at);
const openedFirst: Comparison<Incident> = (a, b) => Date.parse(a.opened_at) - Date.parse(b.opened_at);
const closedLast: Comparison<Incident> = (a, b) => Date.parse(b.closed_at ?? b.opened_at) - Date.parse(a.closed_at ?? a.opened_at);
const byId: Comparison<{ readonly id: string }> = (a, b) => byText(a.id, b.id);

const isUnanswered = ({ phase }: Call): boolean => phase === "ringing" || phase === "claimed";

function callTurn(seat: string): Comparison<Call> {
  const rank = (call: Call): number => (isUnanswered(call) ? 0 : call.phase === "wrap_up" ? 2 : call.seat === seat ? 1 : 3);
  return inTurn<Call>((a, b) => rank(a) - rank(b), (a, b) => Date.parse(a.received_at) - Date.parse(b.received_at), byId);
}

/** Incidents whose every call still rings: the call itself stands above them, and says all there is to say. */
function unansweredIncidents(calls: readonly Call[]): ReadonlySet<string> {
  const unanswered = new Set(calls.filter(isUnanswered).map(({ incident_id }) => incident_id));
  for (const call of calls) if (!isUnanswered(call)) unanswered.delete(call.incident_id);
  return unanswered;
}

/** Sort the tables into the sections of the queue; `seat` is this operator's account. */
export function queueOf(calls: Iterable<Call>, incidents: Iterable<Incident>, tasks: Iterable<Task>, seat: string): Queue {
  const waiting: Incident[] = [];
  const held: Incident[] = [];
  const underway: Incident[] = [];
  const closed: Incident[] = [];
  const sections: Record<Incident["phase"], Incident[]> = { unlocated: waiting, waiting, held, underway, closed };
  const all = [...calls];
  const unanswered = unansweredIncidents(all);
  for (const incident of incidents) {
    if (!unanswered.has(incident.id) || incident.assignment_ids.length > 0) sections[incident.phase].push(incident);
  }
  return {
    calls: all.filter((call) => isUnanswered(call) || (call.phase !== "ended" && call.seat === seat)).sort(callTurn(seat)),
    waiting: waiting.sort(inTurn(mostUrgent, longestWaiting, byId)),
    held: held.sort(inTurn(reviewedFirst, byId)),
    underway: underway.sort(inTurn(mostUrgent, openedFirst, byId)),
    closed: closed.sort(inTurn(closedLast, byId)).slice(0, CLOSED_SHOWN),
    tasks: [...tasks].filter((task) => task.done_at === null).sort((a, b) => Date.parse(a.due_at) - Date.parse(b.due_at) || byText(a.id, b.id)),
  };
}
