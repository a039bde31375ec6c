import { describe, expect, it } from "vitest";
import type { Call, Incident, Task } from "@shared/rows.ts";
import { queueOf } from "./queue.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const incident = (id: string, fields: Partial<Incident> = {}): Incident =>
  ({ id, phase: "waiting", opened_at: at(0), waiting_since: at(0), priority: null, review_at: null, closed_at: null, assignment_ids: [], ...fields }) as Incident;
const call = (id: string, fields: Partial<Call> = {}): Call => ({ id, incident_id: `of-${id}`, phase: "ringing", received_at: at(0), seat: null, ...fields }) as Call;
const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map(({ id }) => id);

describe("queue", () => {
  it("puts the urgent first, then who waits longest; not assessed waits like P2", () => {
    const rows = [
      incident("p3-old", { priority: "P3", waiting_since: at(0) }),
      incident("p2-new", { priority: "P2", waiting_since: at(50) }),
      incident("p1-new", { priority: "P1", waiting_since: at(59) }),
      incident("unassessed", { waiting_since: at(20) }),
    ];
    expect(ids(queueOf([], rows, [], "me").waiting)).toEqual(["p1-new", "unassessed", "p2-new", "p3-old"]);
  });

  it("shows an incident without a place among the waiting", () => {
    expect(ids(queueOf([], [incident("a", { phase: "unlocated" })], [], "me").waiting)).toEqual(["a"]);
  });

  it("shows a ringing call alone, and its incident once somebody has answered or a unit was sent", () => {
    const ringing = call("c", { incident_id: "i" });
    expect(queueOf([ringing], [incident("i")], [], "me").waiting).toEqual([]);
    expect(ids(queueOf([ringing, call("d", { incident_id: "i", phase: "ended" })], [incident("i")], [], "me").waiting)).toEqual(["i"]);
    expect(ids(queueOf([ringing], [incident("i", { phase: "underway", assignment_ids: ["x"] })], [], "me").underway)).toEqual(["i"]);
  });

  it("lists ringing calls before the one this seat talks on, and no one else's", () => {
    const calls = [
      call("mine", { phase: "talking", seat: "me" }), call("theirs", { phase: "talking", seat: "you" }), call("later", { received_at: at(9) }), call("first", { received_at: at(3) }),
      call("over", { phase: "ended" }), call("writing", { phase: "wrap_up", seat: "me" }), call("waits", { phase: "held", seat: "me", received_at: at(1) }), call("claimed", { phase: "claimed", seat: "you", received_at: at(4) }),
    ];
    expect(ids(queueOf(calls, [], [], "me").calls)).toEqual(["first", "claimed", "later", "mine", "waits", "writing"]);
  });

  it("orders the held by their review, the closed by their end, and drops tasks that are done", () => {
    const rows = [
      incident("h2", { phase: "held", review_at: at(90) }), incident("h1", { phase: "held", review_at: at(30) }),
      incident("x1", { phase: "closed", closed_at: at(10) }), incident("x2", { phase: "closed", closed_at: at(20) }),
    ];
    const tasks = [{ id: "t2", due_at: at(9), done_at: null }, { id: "t1", due_at: at(5), done_at: null }, { id: "t0", due_at: at(1), done_at: at(2) }] as unknown as Task[];
    const queue = queueOf([], rows, tasks, "me");
    expect([ids(queue.held), ids(queue.closed), ids(queue.tasks)]).toEqual([["h1", "h2"], ["x2", "x1"], ["t1", "t2"]]);
  });
});
