/**
 * The caller's page: one screen, no framework, for any telephone. It tells the position while it is wanted, carries lines
 * and photos, and shows how far the ambulance is. Nothing is drawn from HTML text: every word goes in as text.
 */
import texts from "@texts/link.json";
import { deviceKey, Refused, Server, type PageState } from "./server.ts";
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
let typed = "";
let photoNote: Key | null = null;
let drawn = "";

const t = (key: Key, params: Readonly<Record<string, string | number>> = {}): string =>
  texts[key][lang].replace(/\{(\w+)\}/g, (hole, name: string) => String(params[name] ?? hole));

function el<K extends keyof HTMLElementTagNameMap>(kind: K, more: Partial<HTMLElementTagNameMap[K]> = {}, ...inside: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(kind), more);
  made.append(...inside);
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

async function write(text: string): Promise<void> {
  if (text.trim() === "") return;
  if (await ask(server.write(text.trim().slice(0, 500)))) {
    typed = "";
    draw(true);
  }
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
  const words = el("textarea", { value: typed, maxLength: 500, ariaLabel: t("link.write"), placeholder: t("link.write"), rows: 2, oninput: () => { typed = words.value; } });
  const form = el("form", { onsubmit: (event) => { event.preventDefault(); void write(words.value); } }, words, el("button", { type: "submit" }, t("link.send")));
  const quick = el("div", { className: "quick" }, ...QUICK.map((key) => el("button", { type: "button", className: "small", onclick: () => void write(t(key)) }, t(key))));
  return el("section", {}, el("h2", {}, t("link.talk")), el("p", { className: "faint" }, t("link.talk.why")), list, quick, form);
}

function photo(now: PageState): HTMLElement {
  const input = el("input", { type: "file", accept: "image/*", onchange: () => { const file = input.files?.[0]; if (file !== undefined) void send(file); } });
  input.setAttribute("capture", "environment");
  const note = photoNote === null ? "" : el("p", { ariaLive: "polite" }, t(photoNote, { n: now.photos }));
  if (now.photos_left === 0) return el("section", {}, el("h2", {}, t("link.photo")), t("link.photo.full"));
  return el("section", {}, el("h2", {}, t("link.photo")), el("p", { className: "faint" }, t("link.photo.why")), el("label", { className: "file" }, t("link.photo.take"), input), note);
}

/** Draw again only when something is different, and never under a finger that is writing. */
function draw(always = false): void {
  const key = JSON.stringify([state, over, problem, lang, photoNote, watch, fix?.coords.accuracy]);
  const writing = document.activeElement instanceof HTMLTextAreaElement && typed !== "";
  if (key === drawn && !always) return;
  drawn = key;
  const held = writing && !always ? document.activeElement as HTMLTextAreaElement : null;
  const cursor = held?.selectionStart ?? 0;
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  const other = el("button", { className: "small", onclick: () => { lang = lang === "zh" ? "en" : "zh"; draw(true); } }, lang === "zh" ? "English" : "中文");
  const main = el("main", {}, el("h1", {}, t("link.title"), other));
  const call = el("a", { className: "call", href: "tel:120" }, t("link.call"));
  if (over !== null) main.append(el("section", {}, el("p", { className: "big" }, t(over === "link.opened_elsewhere" ? "link.elsewhere" : "link.ended"))), call);
  else {
    if (problem !== null) main.append(el("p", { className: "bad", role: "alert" }, t(problem)));
    if (state !== null) main.append(ambulance(state), position(state), lines(state), photo(state));
    else main.append(el("p", {}, t("link.opening")));
    main.append(call);
  }
  page.replaceChildren(main);
  const list = page.querySelector("ol");
  if (list !== null) list.scrollTop = list.scrollHeight;
  if (held !== null) {
    const again = page.querySelector("textarea");
    again?.focus();
    again?.setSelectionRange(cursor, cursor);
  }
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
