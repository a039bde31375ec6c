import "fake-indexeddb/auto";
import { expect, it } from "vitest";
import type { CommandEntry } from "./entry.ts";
import { leftBehind, type LeftBehind } from "./left_behind.ts";
import { CrewStore } from "./store.ts";

const make = (stream: string, seq: number): CommandEntry => ({
  stream, seq, id: `I${seq}`, at: "2026-11-21T06:00:00Z", clock_offset_ms: 0, slug: "sign-off", data: { unit_id: "U1" },
});

it("numbers contiguously even when many steps are stored at once, and survives reopening", async () => {
  const first = await CrewStore.open("crew-a");
  await Promise.all(Array.from({ length: 25 }, () => first.append("steps", make)));
  const { outboxId } = first;
  first.close();
  const again = await CrewStore.open("crew-a");
  expect(again.outboxId).toBe(outboxId);
  expect((await again.pending()).map((entry) => entry.seq)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  await again.forget(`${outboxId}/steps`, 24);
  expect((await again.pending()).map((entry) => entry.seq)).toEqual([25]);
  expect((await again.append("steps", make)).seq).toBe(26);
  again.close();
});

it("keeps accounts apart: another crew has another outbox", async () => {
  const a = await CrewStore.open("crew-b");
  const b = await CrewStore.open("crew-c");
  expect(a.outboxId).not.toBe(b.outboxId);
  await a.append("steps", make);
  expect(await b.pending()).toEqual([]);
  a.close();
  b.close();
});

it("forgets everything about the last patient when the tablet is left, and keeps what is owed", async () => {
  const store = await CrewStore.open("crew-d");
  await store.append("steps", make);
  for (const key of ["rows", "forms", "recommendation", "refused", "way"]) await store.remember(key, { name: "王某" });
  await store.remember("anchor", { speed: 1 });
  await store.forgetShown();
  for (const key of ["rows", "forms", "recommendation", "refused", "way"]) expect(await store.recall(key)).toBeNull();
  expect(await store.recall("anchor")).toEqual({ speed: 1 });
  expect(await store.pending()).toHaveLength(1);
  expect((await store.append("steps", make)).seq).toBe(2);
  store.close();
});

it("knows what other accounts of the tablet still owe, and not whose it is", async () => {
  const names = ["crew-x", "crew-y", "crew-z"];
  const [x, y, z] = await Promise.all(names.map((name) => CrewStore.open(name)));
  await x?.append("steps", make);
  await z?.append("steps", make);
  await z?.append("steps", make);
  for (const store of [x, y, z]) store?.close();
  const owed = async (own: string | null): Promise<readonly LeftBehind[]> => (await leftBehind(own)).filter(({ account }) => names.includes(account));
  expect(await owed("crew-x")).toEqual([{ account: "crew-z", count: 2 }]);
  expect(await owed(null)).toEqual([{ account: "crew-x", count: 1 }, { account: "crew-z", count: 2 }]);
});
