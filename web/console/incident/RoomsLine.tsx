import { hhmm } from "@shared/format.ts";
import { roomsOf } from "@shared/rooms.ts";
import type { Center } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";

/** What of a centre is not simply free: held, in use, busy, down, or said so long ago that it counts no more. */
export function RoomsLine({ center }: { readonly center: Center }) {
  const { now } = useDesk();
  const rooms = roomsOf(center, now.value).filter((room) => room.state !== "ready" || room.stale || room.count > 1);
  if (rooms.length === 0) return null;
  return (
    <span class="rooms-line">
      {rooms.map((room) => (
        <span key={room.resource} class={room.state === "ready" ? "faint" : ""}>
          <strong>{t.code("resource", room.resource)}</strong> {t(`room.${room.state}`)}{room.count > 1 ? ` ${room.free}/${room.count}` : ""}{room.until === null ? "" : ` ${t("console.units.until", { time: hhmm(room.until) })}`}{room.stale ? ` · ${t("console.rooms.stale")}` : ""}
        </span>
      ))}
    </span>
  );
}
