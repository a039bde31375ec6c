// @vitest-environment happy-dom: what it tests reaches for the page
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LiveLink, type LiveLinkOptions } from "./link.ts";

/** A socket that only records, and says what the test wants it to say. */
class Line extends EventTarget {
  static readonly OPEN = 1;
  static opened: Line[] = [];
  readyState = 0;
  binaryType = "blob";
  readonly sent: { t: string }[] = [];
  readonly url: string;
  constructor(url: string) {
    super();
    this.url = url;
    Line.opened.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as { t: string });
  }
  close(): void {
    this.readyState = 3;
  }
  connected(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }
  says(frame: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
  kinds(): string[] {
    return this.sent.map((frame) => frame.t);
  }
}

const welcome = { t: "welcome", version: "gc.v1", feed_epoch: "e", seq: 3, streams: {}, server_time: "2026-11-21T06:00:00Z", clock_speed: 20 };
const snapshot = (seq: number): object => ({ t: "snapshot", feed_epoch: "e", seq, tables: { units: { U1: { id: "U1", seq } } } });

/** Let the fetch of the ticket, and everything behind it, settle. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
const line = (): Line => Line.opened.at(-1) as Line;

beforeEach(() => {
  vi.useFakeTimers();
  Line.opened = [];
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ ticket: "T" }))));
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function live(more: Partial<LiveLinkOptions> = {}): Promise<LiveLink> {
  const link = new LiveLink({ url: "ws://x/ws", device: "test", streams: () => ["box/steps"], ...more });
  await settle();
  line().connected();
  line().says(welcome);
  line().says(snapshot(3));
  return link;
}

describe("the live link", () => {
  it("greets, subscribes, and shows the snapshot", async () => {
    const link = await live();
    expect(line().url).toBe("ws://x/ws?ticket=T");
    expect(line().sent[0]).toMatchObject({ t: "hello", device: "test", streams: ["box/steps"] });
    expect(line().kinds()).toContain("subscribe");
    expect([link.state.value, link.ready.value, link.speed.value]).toEqual(["live", true, 20]);
    expect([...link.tables.units.value.keys()]).toEqual(["U1"]);
    link.close();
  });

  it("shows the first change at once, and what follows within a moment together", async () => {
    const link = await live({ gatherMs: 50 });
    await vi.advanceTimersByTimeAsync(50);
    const shown: number[] = [];
    const stop = link.tables.units.subscribe((units) => shown.push(units.size));
    for (const seq of [4, 5, 6, 7]) line().says({ t: "change", from_seq: seq - 1, to_seq: seq, set: { units: { [`U${seq}`]: { id: `U${seq}` } } } });
    expect(shown).toEqual([1, 2]);
    await vi.advanceTimersByTimeAsync(50);
    expect(shown).toEqual([1, 2, 5]);
    await vi.advanceTimersByTimeAsync(50);
    line().says({ t: "change", from_seq: 7, to_seq: 8, drop: { units: ["U4"] } });
    expect(shown).toEqual([1, 2, 5, 4]);
    stop();
    link.close();
  });

  it("asks for everything again when a change leaves a gap", async () => {
    const link = await live();
    line().says({ t: "change", from_seq: 9, to_seq: 10, set: {}, drop: {} });
    expect(line().sent.at(-1)).toEqual({ t: "subscribe", feed_epoch: null, offset: null });
    link.close();
  });

  it("is stale at 10 s of silence, reconnects at 15 s, and asks only for what it missed", async () => {
    const link = await live();
    await vi.advanceTimersByTimeAsync(11_000);
    expect(link.state.value).toBe("stale");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(link.state.value).toBe("offline");
    expect(Line.opened.length).toBe(2);
    line().connected();
    line().says(welcome);
    expect(line().sent.at(-1)).toEqual({ t: "subscribe", feed_epoch: "e", offset: 3 });
    expect(link.tables.units.value.size).toBe(1);
    link.close();
  });

  it("runs on the server's clock at the server's speed", async () => {
    const link = await live();
    const start = link.serverNow();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(link.serverNow() - start).toBeCloseTo(20_000, -2);
    link.close();
  });

  it("fetches its page anew, once a minute at most, from a server that speaks another version", async () => {
    const reload = vi.fn();
    vi.stubGlobal("location", { reload });
    const link = await live();
    const refused = async (): Promise<void> => {
      line().dispatchEvent(Object.assign(new Event("close"), { code: 4010 }));
      await vi.advanceTimersByTimeAsync(20_000);
    };
    await refused();
    await refused();
    expect(reload).toHaveBeenCalledTimes(1);
    expect(link.state.value).not.toBe("live");
    link.close();
  });

  it("watches again after a reconnection, and leaves nothing behind when closed", async () => {
    const link = await live();
    link.watch(["P2", "P1"]);
    expect(line().sent.at(-1)).toEqual({ t: "watch", patients: ["P1", "P2"] });
    line().dispatchEvent(new Event("close"));
    await vi.advanceTimersByTimeAsync(2_000); // longer than the first wait with any jitter, shorter than a dead line
    line().connected();
    line().says(welcome);
    expect(line().kinds()).toContain("watch");
    link.close();
    const count = Line.opened.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(Line.opened.length).toBe(count);
    expect(link.send({ t: "ping" })).toBe(false);
  });
});
