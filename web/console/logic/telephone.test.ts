import { expect, it } from "vitest";
import type { Call, NumberMark } from "@shared/rows.ts";
import { dialled, markOf, owedCallBacks, ringLevel } from "./telephone.ts";

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const now = Date.parse(at(60));
const targets = { answer_within_s: 10, overflow_group: "neighbour", call_back_within_s: 300 };

it("colours a ring by the share of the target that is used up", () => {
  expect([55, 54, 50, 0].map((second) => ringLevel({ received_at: at(second) }, now, targets))).toEqual(["calm", "soon", "over", "over"]);
  expect(ringLevel({ received_at: at(0) }, now, null)).toBe("calm");
});

it("spells one telephone one way", () => {
  expect(["+86 138-0000-0000", "008613800000000", "013800000000", "", null].map(dialled)).toEqual(["13800000000", "13800000000", "13800000000", null, null]);
});

it("shows a mark until it ends or is lifted", () => {
  const mark = { number: "139", lifted_at: null, expires_at: at(61) } as NumberMark;
  expect(markOf({ number: "+139" }, [mark], now)).toBe(mark);
  expect(markOf({ number: "139" }, [{ ...mark, lifted_at: at(1) }, { ...mark, expires_at: at(60) }], now)).toBeNull();
  expect(markOf({ number: null }, [mark], now)).toBeNull();
});

it("lists who is to be rung back until somebody was reached", () => {
  const call = (id: string, ended: number, ...outcomes: string[]): Call => ({ id, abandoned: true, ended_at: at(ended), call_backs: outcomes.map((outcome) => ({ outcome })) }) as unknown as Call;
  const owed = owedCallBacks([call("late", 9), call("early", 3, "no_answer"), call("reached", 1, "no_need"), { ...call("talked", 0), abandoned: false }]);
  expect(owed.map(({ id }) => id)).toEqual(["early", "late"]);
});
