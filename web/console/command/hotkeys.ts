/** The keys that work everywhere. Function keys act, letters go to the command line, and single keys can be switched off. */
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useDesk, type Desk } from "../store/desk.ts";
import { TABS, ZONES } from "../store/selection.ts";

const KEY = "gc.console.single_keys";

/** WCAG 2.1.4: shortcuts of one character can be turned off. */
export const singleKeys = signal(localStorage.getItem(KEY) !== "off");

export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  localStorage.setItem(KEY, on ? "on" : "off");
}

export function useHotkeys(): void {
  const desk = useDesk();
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => handle(desk, event);
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [desk]);
}

function handle(desk: Desk, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
  const act = FUNCTION_KEYS[event.key];
  if (act !== undefined) {
    event.preventDefault();
    act(desk, event);
    return;
  }
  if (desk.selection.help.value || isTyping(event.target)) return;
  if (singleKeys.value && single(desk, event)) {
    event.preventDefault();
    return;
  }
  // Anything else that writes belongs to the command line; the key itself arrives there, because focus moves before it is typed.
  if (/^[\p{L}\p{N}#]$/u.test(event.key) || event.key === "Process") commandLine()?.focus();
}

const FUNCTION_KEYS: Readonly<Record<string, (desk: Desk, event: KeyboardEvent) => void>> = {
  F1: (desk) => earlyStep(desk),
  // Selected, so that the next word replaces a line that was refused.
  F2: () => {
    commandLine()?.focus();
    commandLine()?.select();
  },
  F3: (desk) => standDown(desk),
  F4: (desk, event) => (event.shiftKey ? claimOldest(desk) : answerOldest(desk)),
  F6: (desk, event) => (event.shiftKey ? finishCall(desk) : toggleHold(desk)),
  F7: (desk) => linkProposed(desk),
  F8: (desk, event) => nextZone(desk, event.shiftKey ? -1 : 1),
  F9: (desk) => nextWaiting(desk),
  F10: (desk) => desk.reach.toggle(),
  Escape: (desk) => stepBack(desk),
};

function single(desk: Desk, event: KeyboardEvent): boolean {
  const onButton = event.target instanceof HTMLElement && event.target.closest("button, summary, [role=radiogroup]") !== null;
  if (event.key === " " && !onButton) {
    answerOldest(desk);
    return true;
  }
  if (event.key === "?" || event.key === "？") {
    desk.selection.help.value = true;
    return true;
  }
  const tab = TABS[Number(event.key) - 1];
  if (tab === undefined || desk.selection.incidentId.value === null) return false;
  desk.selection.tab.value = tab;
  return true;
}

/** Let the first of the ranking stand by; once somebody does, send them. */
function earlyStep(desk: Desk): void {
  const incident = desk.link.tables.incidents.value.get(desk.selection.incidentId.value ?? "");
  if (incident === undefined) return desk.actions.problem("console.command.problem.no_incident");
  const ready = standingBy(desk);
  if (ready !== undefined) return void desk.actions.assign(incident, ready);
  const advice = desk.advisor.current.value;
  const first = advice.state === "ready" && advice.incidentId === incident.id ? advice.advice.units.find(({ assignable }) => assignable) : undefined;
  if (first === undefined) return desk.actions.problem("console.command.problem.no_unit");
  void desk.actions.prealert(incident, { id: first.unit_id, call_sign: first.call_sign });
}

function standDown(desk: Desk): void {
  const unit = standingBy(desk);
  if (unit === undefined) desk.actions.problem("console.turnout.nobody");
  else void desk.actions.standDown(unit);
}

function standingBy(desk: Desk) {
  const { incidents, units } = desk.link.tables;
  const [first] = incidents.value.get(desk.selection.incidentId.value ?? "")?.standby_unit_ids ?? [];
  return first === undefined ? undefined : units.value.get(first);
}

/** Take the next ring for this seat: the others see that somebody has it. */
function claimOldest(desk: Desk): void {
  const call = desk.queue.value.calls.find(({ phase }) => phase === "ringing");
  if (call === undefined) desk.actions.problem("console.command.problem.no_call");
  else void desk.telephone.claim(call);
}

/** Hang up on the caller in hand; once that is done, end the writing after the call. */
function finishCall(desk: Desk): void {
  const mine = desk.queue.value.calls.filter(({ seat }) => seat === desk.telephone.seat);
  const talking = mine.find(({ phase }) => phase === "talking") ?? mine.find(({ phase }) => phase === "held");
  const written = mine.find(({ phase }) => phase === "wrap_up");
  if (talking !== undefined) void desk.actions.hangUp(talking);
  else if (written !== undefined) void desk.telephone.wrapUp(written);
  else desk.actions.problem("console.command.problem.no_call");
}

/** The call that this seat has claimed, else the oldest that rings. */
function answerOldest(desk: Desk): void {
  const { calls } = desk.queue.value;
  const call = calls.find(({ phase, seat }) => phase === "claimed" && seat === desk.telephone.seat) ?? calls.find(({ phase }) => phase === "ringing");
  if (call === undefined) desk.actions.problem("console.command.problem.no_call");
  else void desk.actions.answer(call);
}

/** Hold the caller, or talk on with the one who was put on hold last. */
function toggleHold(desk: Desk): void {
  const mine = desk.queue.value.calls.filter(({ seat }) => seat === desk.telephone.seat);
  const talking = mine.find(({ phase }) => phase === "talking");
  const held = mine.findLast(({ phase }) => phase === "held");
  if (talking !== undefined) void desk.telephone.hold(talking);
  else if (held !== undefined) void desk.telephone.retrieve(held);
  else desk.actions.problem("console.command.problem.no_call");
}

/** Link the call to the incident that stands first on the screen as perhaps the same. */
function linkProposed(desk: Desk): void {
  const shown = desk.telephone.proposed.value;
  const target = shown === null ? undefined : desk.link.tables.incidents.value.get(shown.target.incident_id);
  if (shown === null || target === undefined) desk.actions.problem("console.command.problem.nothing_proposed");
  else void desk.actions.linkCall(shown.call, target);
}

/** The waiting incident after the selected one, round and round. */
function nextWaiting(desk: Desk): void {
  const { waiting } = desk.queue.value;
  const here = waiting.findIndex(({ id }) => id === desk.selection.incidentId.value);
  const next = waiting[(here + 1) % Math.max(1, waiting.length)];
  if (next === undefined) return;
  desk.selection.showIncident(next.id);
  requestAnimationFrame(() => focusZone("incident"));
}

function nextZone(desk: Desk, step: 1 | -1): void {
  const here = document.activeElement?.closest<HTMLElement>("[data-zone]:not(.console)")?.dataset["zone"];
  const all: readonly string[] = [...ZONES, "command"];
  const place = here === undefined ? 0 : all.indexOf(here) + step;
  const zone = all[(place + all.length) % all.length] ?? "queue";
  const shown = ZONES.find((each) => each === zone);
  if (shown !== undefined) desk.selection.zone.value = shown;
  requestAnimationFrame(() => focusZone(zone));
}

/** Focus what the zone is for: in the incident the first unit to send, in a list its current row. */
function focusZone(zone: string): void {
  const root = document.querySelector<HTMLElement>(`[data-zone="${zone}"]:not(.console)`);
  const wanted = root?.querySelector<HTMLElement>(".advice [data-roving]:not([disabled])") ?? root?.querySelector<HTMLElement>("[data-roving][tabindex='0'], input, button, canvas");
  wanted?.focus();
}

function stepBack(desk: Desk): void {
  const { selection } = desk;
  if (selection.help.value) selection.help.value = false;
  else if (selection.picking.value) selection.picking.value = false;
  else if (desk.roads.mode.value !== null) desk.roads.clear();
  else if (isTyping(document.activeElement)) (document.activeElement as HTMLElement).blur();
  else if (selection.unitId.value !== null) selection.showUnit(null);
  else selection.showIncident(null);
}

function commandLine(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>("#command-line");
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select") !== null;
}
