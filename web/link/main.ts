/**
 * The caller's page: one screen, no framework, for any telephone. It tells the position while it is wanted, carries lines
 * and photos, and shows how far the ambulance is. Nothing is drawn from HTML text: every word goes in as text.
 */
import texts from "@texts/link.json";
import { deviceKey } from "@shared/device_key.ts";
import { Refused } from "@shared/page_server.ts";
import { visible } from "@shared/visible.ts";
import { Server, type PageState } from "./server.ts";
import { smallJpeg } from "./photo.ts";

type Key = keyof typeof texts;
type Lang = "zh" | "en";

const server = new Server(location.hash.slice(1), deviceKey());
const page = document.getElementById("page") as HTMLElement;
const QUICK: readonly Key[] = ["link.quick.deaf", "link.quick.silent", "link.quick.unconscious", "link.quick.floor"];
const SEND_EVERY_MS = 3_000;

let lang: Lang = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
let state: PageState | null = null;
let over: string | null = null;
let problem: Key | null = null;
let watch: number | null = null;
let fix: GeolocationPosition | null = null;
let sentAt = 0;
let photoNote: Key | null = null;

const t = (key: Key, params: Readonly<Record<string, string | number>> = {}): string =>
  texts[key][lang].replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole));

function el<K extends keyof HTMLElementTagNameMap>(kind: K, more: Partial<HTMLElementTagNameMap[K]> = {}, ...inside: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(kind), more);
  made.append(...inside.map((part) => (typeof part === "string" ? visible(part) : part)));
  return made;
}

/** Ask the server for something; a link that is over ends the page, a bad connection is said and tried again. */
async function ask(asked: Promise<PageState>): Promise<boolean> {
  try {
    const first = state === null;
    state = await asked;
    if (first) lang = state.language;
    if (problem === "link.away") problem = null;
    if (state.position === "over") stop();
    return true;
  } catch (failure) {
    if (!(failure instanceof Refused)) throw failure;
    if (failure.isOver) {
      over = failure.code;
      stop();
    } else if (failure.code !== "link.stream_over") problem = failure.code === "away" ? "link.away" : "link.refused";
    return false;
  } finally {
    draw();
  }
}

function start(): void {
  if (!("geolocation" in navigator)) problem = "link.no_geolocation";
  else if (watch === null) {
    problem = null;
    watch = navigator.geolocation.watchPosition(told, refused, { enableHighAccuracy: true, maximumAge: 2_000, timeout: 30_000 });
  }
  draw();
}

function stop(): void {
  if (watch !== null) navigator.geolocation.clearWatch(watch);
  watch = null;
}

function told(at: GeolocationPosition): void {
  const better = fix === null || at.coords.accuracy < 0.8 * fix.coords.accuracy;
  fix = at;
  problem = null;
  if (!better && Date.now() - sentAt < SEND_EVERY_MS) return draw();
  sentAt = Date.now();
  void ask(server.position(at));
}

function refused(error: GeolocationPositionError): void {
  problem = error.code === error.PERMISSION_DENIED ? "link.denied" : "link.no_fix";
  if (error.code === error.PERMISSION_DENIED) stop();
  draw();
}

/** Send a line; what stands in the box goes away only when it is what was sent. */
async function write(text: string): Promise<void> {
  if (text.trim() === "" || !(await ask(server.write(text.trim().slice(0, 500))))) return;
  if (words.value === text) words.value = "";
}

async function send(file: File): Promise<void> {
  photoNote = "link.photo.making";
  draw();
  const jpeg = await smallJpeg(file);
  if (jpeg === null) photoNote = "link.photo.unreadable";
  else {
    const id = `p${Date.now().toString(36)}`;
    photoNote = (await ask(server.photo(id, jpeg))) ? "link.photo.sent" : "link.photo.failed";
  }
  draw();
}

function ambulance(now: PageState): HTMLElement {
  const { ambulance: unit } = now;
  const known = unit.phase === "coming" && unit.high_min !== undefined;
  const words = known ? t(unit.low_min === unit.high_min ? "link.ambulance.minutes_one" : "link.ambulance.minutes", { low: unit.low_min ?? 1, high: unit.high_min ?? 1 }) : "";
  return el("section", { ariaLive: "polite" }, el("h2", {}, t("link.ambulance")), el("p", { className: "big" }, t(`link.ambulance.${unit.phase}`)), words, el("p", { className: "faint" }, t(`link.ambulance.${unit.phase}.hint`)));
}

function position(now: PageState): HTMLElement {
  const box = el("section", {}, el("h2", {}, t("link.position")));
  if (now.position === "over") box.append(el("p", {}, t("link.position.over")));
  else if (watch === null) box.append(el("p", {}, t("link.position.why")), el("button", { className: "go", onclick: start }, t("link.position.share")));
  else if (fix === null) box.append(el("p", { ariaLive: "polite" }, t("link.position.searching")));
  else box.append(el("p", { ariaLive: "polite" }, t("link.position.shared", { radius: Math.round(fix.coords.accuracy) })), el("button", { className: "small", onclick: () => { stop(); draw(); } }, t("link.position.stop")));
  return box;
}

function lines(now: PageState): HTMLElement {
  const list = el("ol", { ariaLive: "polite" });
  for (const each of now.messages) {
    const at = new Date(each.at).toLocaleTimeString(lang === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit" });
    list.append(el("li", { className: each.by }, each.text, el("time", {}, `${t(`link.by.${each.by}`)} ${at}`)));
  }
  requestAnimationFrame(() => (list.scrollTop = list.scrollHeight));
  return list;
}

function quickKeys(): HTMLElement {
  return el("div", { className: "quick" }, ...QUICK.map((key) => el("button", { type: "button", className: "small", onclick: () => void write(t(key)) }, t(key))));
}

function photo(now: PageState): HTMLElement {
  const input = el("input", { type: "file", accept: "image/*", onchange: () => { const file = input.files?.[0]; if (file !== undefined) void send(file); } });
  input.setAttribute("capture", "environment");
  const note = photoNote === null ? "" : el("p", { ariaLive: "polite" }, t(photoNote, { n: now.photos }));
  if (now.photos_left === 0) return el("section", {}, el("h2", {}, t("link.photo")), t("link.photo.full"));
  return el("section", {}, el("h2", {}, t("link.photo")), el("p", { className: "faint" }, t("link.photo.why")), el("label", { className: "file" }, t("link.photo.take"), input), note);
}

/** One place of the page, built anew only when what it shows is different: a finger that writes is never disturbed. */
class Slot {
  readonly node = el("div");
  #shown = "";

  show(key: unknown, build: () => readonly (Node | string)[]): void {
    const now = JSON.stringify([lang, key]);
    if (now === this.#shown) return;
    this.#shown = now;
    this.node.replaceChildren(...build());
  }
}

const words = el("textarea", { maxLength: 500, rows: 2 });
const sendKey = el("button", { type: "submit" });
const form = el("form", { onsubmit: (event) => { event.preventDefault(); void write(words.value); } }, words, sendKey);
const talkHead = new Slot();
const talkLines = new Slot();
const talk = el("section", {}, talkHead.node, talkLines.node, form);
const [head, alert, unit, place, pictures, call] = [new Slot(), new Slot(), new Slot(), new Slot(), new Slot(), new Slot()];
page.append(el("main", {}, head.node, alert.node, unit.node, place.node, talk, pictures.node, call.node));

function draw(): void {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  const now = over === null ? state : null;
  const turn = (): void => { lang = lang === "zh" ? "en" : "zh"; draw(); };
  head.show(null, () => [el("h1", {}, t("link.title"), el("button", { className: "small", onclick: turn }, lang === "zh" ? "English" : "中文"))]);
  alert.show([over, problem, now === null], () => {
    if (over !== null) return [el("section", {}, el("p", { className: "big" }, t(over === "link.opened_elsewhere" ? "link.elsewhere" : "link.ended")))];
    return problem !== null ? [el("p", { className: "bad", role: "alert" }, t(problem))] : now === null ? [t("link.opening")] : [];
  });
  unit.show(now?.ambulance, () => (now === null ? [] : [ambulance(now)]));
  place.show([now?.position, watch !== null, fix === null ? null : Math.round(fix.coords.accuracy)], () => (now === null ? [] : [position(now)]));
  talk.hidden = now === null;
  talkHead.show(null, () => [el("h2", {}, t("link.talk")), el("p", { className: "faint" }, t("link.talk.why"))]);
  talkLines.show(now?.messages, () => (now === null ? [] : [lines(now), quickKeys()]));
  words.ariaLabel = words.placeholder = t("link.write");
  sendKey.textContent = t("link.send");
  pictures.show([now?.photos, now?.photos_left, photoNote], () => (now === null ? [] : [photo(now)]));
  call.show(null, () => [el("a", { className: "call", href: "tel:120" }, t("link.call"))]);
}

async function live(): Promise<void> {
  while (over === null) {
    await new Promise((done) => setTimeout(done, 1000 * (state?.poll_s ?? 3)));
    if (document.hidden) continue;
    await ask(state === null ? server.open() : server.look());
  }
}

draw();
void ask(server.open()).then((opened) => {
  if (opened) start();
});
void live();
