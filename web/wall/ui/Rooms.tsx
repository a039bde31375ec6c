/** The department's rooms in one line: what runs makes them busy, a tap corrects it; the sheet counts them and says a diversion. */
import { useEffect, useRef, useState } from "preact/hooks";
import { hhmm } from "@shared/format.ts";
import { roomsOf, valid, type Room } from "@shared/rooms.ts";
import type { Center } from "@shared/rows.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";

const VALID_MIN = [30, 60, 120, 240] as const;

export function Rooms({ wall, center }: { wall: Wall; center: Center }) {
  const [open, setOpen] = useState(false);
  const rooms = roomsOf(center, wall.now.value);
  const diversion = valid(center, "diversion", wall.now.value);
  return (
    <footer class="rooms" aria-label={t("wall.rooms")}>
      {rooms.map((room) => (
        <button key={room.resource} type="button" class={`room ${room.state} ${room.stale ? "stale" : ""}`} onClick={() => void wall.ask("correct-resource", { center_id: center.id, resource: room.resource, state: room.state === "ready" ? "busy" : "ready" })}>
          {t.code("place", room.resource)} <small>{stateOf(room)}</small>
        </button>
      ))}
      <button type="button" class={`room more-rooms ${diversion === null ? "" : "down"}`} aria-haspopup="dialog" onClick={() => setOpen(true)}>{diversion === null ? t("wall.rooms.key") : t("wall.rooms.diverts", { time: hhmm(diversion.expires_at) })}</button>
      {open && <RoomsSheet wall={wall} center={center} rooms={rooms} diverts={diversion !== null} onClose={() => setOpen(false)} />}
    </footer>
  );
}

function stateOf(room: Room): string {
  const count = room.count > 1 ? ` ${room.free}/${room.count}` : "";
  const until = room.until === null ? "" : ` ${t("wall.roster.until", { time: hhmm(room.until) })}`;
  return `${t(`room.${room.state}`)}${count}${until}${room.stale ? ` · ${t("wall.rooms.stale")}` : ""}`;
}

function RoomsSheet({ wall, center, rooms, diverts, onClose }: { wall: Wall; center: Center; rooms: readonly Room[]; diverts: boolean; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const [reason, setReason] = useState("");
  const [minutes, setMinutes] = useState<number>(VALID_MIN[1]);
  const say = (state: "busy" | "open"): void => {
    const expires_at = new Date(wall.now.peek() + minutes * 60_000).toISOString();
    void wall.ask("report-center-status", { center_id: center.id, topic: "diversion", state, expires_at, reason: state === "busy" ? reason : null }).then((done) => done && onClose());
  };
  return (
    <dialog ref={dialog} class="sheet" aria-label={t("wall.rooms")} onCancel={onClose}>
      <header><h2>{t("wall.rooms")}</h2><button type="button" class="small" onClick={onClose}>{t("ui.close")}</button></header>
      <ul>
        {rooms.map((room) => (
          <li key={room.resource} class="keys">
            <strong>{t.code("place", room.resource)}</strong> <span class="soft">{stateOf(room)}</span>
            <label class="soft">{t("wall.rooms.count")} <input type="number" min={0} max={500} value={room.count} onChange={(event) => void wall.ask("count-resource", { center_id: center.id, resource: room.resource, count: Math.round(Number(event.currentTarget.value)) })} /></label>
            {(["ready", "busy", "down"] as const).map((state) => <button key={state} type="button" class="small" onClick={() => void wall.ask("correct-resource", { center_id: center.id, resource: room.resource, state })}>{t(`room.${state}`)}</button>)}
          </li>
        ))}
      </ul>
      <h3>{t("wall.rooms.diversion")}</h3>
      <form class="keys" onSubmit={(event) => { event.preventDefault(); say("busy"); }}>
        <input required aria-label={t("wall.rooms.reason")} placeholder={t("wall.rooms.reason")} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
        <select class="small" aria-label={t("wall.rooms.for")} value={minutes} onChange={(event) => setMinutes(Number(event.currentTarget.value))}>
          {VALID_MIN.map((each) => <option key={each} value={each}>{t("wall.team.in", { min: each })}</option>)}
        </select>
        <button type="submit" class="key">{t("wall.rooms.divert")}</button>
        {diverts && <button type="button" class="small" onClick={() => say("open")}>{t("wall.rooms.lift")}</button>}
      </form>
    </dialog>
  );
}
