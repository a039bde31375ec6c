import { expect, it } from "vitest";
import { oneTab } from "./one_tab.ts";

/** The browser's locks, as far as one name: one at a time, in order, and a wait that can be given up. */
class Locks {
  #last: Promise<unknown> = Promise.resolve();

  readonly request = ((_name: string, options: LockOptions, work: (lock: null) => Promise<unknown>): Promise<unknown> => {
    const turn = this.#last.then(() => {
      options.signal?.throwIfAborted();
      return work(null);
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }) as LockManager["request"];
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

it("gives the turn to one tab, to the next when that goes, and to nobody who has left meanwhile", async () => {
  const locks = new Locks();
  const [first, second, third] = [oneTab("x", locks), oneTab("x", locks), oneTab("x", locks)];
  await settled();
  expect([first, second, third].map((each) => each.mine())).toEqual([true, false, false]);
  second.leave();
  first.leave();
  await settled();
  expect([first, second, third].map((each) => each.mine())).toEqual([false, false, true]);
});

it("lets every tab do it where the browser has no locks", () => {
  expect(oneTab("x", null).mine()).toBe(true);
});
