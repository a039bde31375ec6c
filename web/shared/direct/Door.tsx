/** Where the stretcher goes in the hospital, whether the hospital said so, and how to get there. */
import { useState } from "preact/hooks";
import { calledWord } from "../called.ts";
import { hhmm } from "../format.ts";
import type { Activation, Center } from "../rows.ts";
import type { WayInside } from "./rows.ts";
import { day, DOORS, doorNow, isOld, proposedDoor, WAY_PARTS, type Ask } from "./model.ts";
import { t } from "./texts.ts";

export function DoorLine({ activation }: { readonly activation: Activation }) {
  const { chosen_door: door } = activation;
  const where = doorNow(activation);
  return (
    <p class={`direct-door ${door === null ? "open" : "chosen"}`}>
      <strong>{where === "ed" ? t("direct.to_ed") : t("direct.to", { place: t.code("place", where) })}</strong>
      <small>{door === null ? t("direct.proposed") : t("direct.confirmed", { at: hhmm(door.at) })}{door !== null && door.reason !== null && door.proposed !== door.where && ` · ${t("direct.instead", { place: t.code("place", door.proposed), reason: door.reason })}`}</small>
    </p>
  );
}

/** Entrance, lift, floor, room in the order in which they are met; what nobody wrote is said to be unknown. */
export function WayText({ center, where, nowMs }: { readonly center: Center; readonly where: string; readonly nowMs: number }) {
  const way: WayInside | undefined = center.ways[where];
  if (way === undefined) {
    return <p class="way unknown">{t("way.unknown")}{center.phone !== null && ` · ${t("way.ask", { phone: center.phone })}`}</p>;
  }
  return (
    <div class="way">
      <ol>
        {WAY_PARTS.map((part) => <li key={part} class={way[part] === null ? "unknown" : ""}><span>{t(`way.${part}`)}</span> <strong>{way[part] ?? t("way.unknown_part")}</strong></li>)}
      </ol>
      {way.note !== null && <p>{way.note}</p>}
      <p class="age">{t("way.dated", { by: calledWord(way.described_by), date: day(way.described_at) })}{isOld(way, nowMs) && <strong> · {t("way.old")}</strong>}</p>
    </div>
  );
}

interface FormProps {
  readonly ask: Ask;
  /** How a button looks on this page. */
  readonly button: string;
}

/** Confirm the protocol's door with one tap, or choose another one with the reason. */
export function DoorForm({ activation, ask, button }: { readonly activation: Activation } & FormProps) {
  const [other, setOther] = useState("");
  const [reason, setReason] = useState("");
  const proposed = proposedDoor(activation);
  const choose = (where: string, why: string | null): void => {
    void ask("choose-door", { activation_id: activation.id, where, reason: why });
    setOther("");
    setReason("");
  };
  return (
    <form class="direct-form" onSubmit={(event) => {
      event.preventDefault();
      if (other !== "") choose(other, reason.trim() === "" ? null : reason.trim());
    }}>
      {activation.chosen_door?.where !== proposed && <button type="button" class={button} onClick={() => choose(proposed, null)}>{t("direct.confirm", { place: t.code("place", proposed) })}</button>}
      <select aria-label={t("direct.other")} value={other} onChange={(event) => setOther(event.currentTarget.value)}>
        <option value="">{t("direct.other")}…</option>
        {DOORS.filter((each) => each !== proposed && each !== activation.chosen_door?.where).map((each) => <option key={each} value={each}>{t(`place.${each}`)}</option>)}
      </select>
      {other !== "" && <input required aria-label={t("direct.reason")} placeholder={t("direct.reason")} value={reason} onInput={(event) => setReason(event.currentTarget.value)} />}
      {other !== "" && <button type="submit" class={button}>{t("direct.choose", { place: t.code("place", other) })}</button>}
    </form>
  );
}

/** Write how a stretcher gets to one door: the whole of it each time, so that nothing old stays by half. */
export function WayForm({ center, where, ask, button }: { readonly center: Center; readonly where: string } & FormProps) {
  const [open, setOpen] = useState(false);
  if (!open) return <button type="button" class={button} onClick={() => setOpen(true)}>{t("way.edit")}</button>;
  const known: WayInside | undefined = center.ways[where];
  return (
    <form class="direct-form" aria-label={t("way.edit")} onSubmit={(event) => {
      event.preventDefault();
      const said = new FormData(event.currentTarget);
      const word = (name: string): string | null => String(said.get(name) ?? "").trim() || null;
      void ask("describe-way", { center_id: center.id, where, entrance: word("entrance"), lift: word("lift"), floor: word("floor"), room: word("room"), note: word("note") });
      setOpen(false);
    }}>
      {[...WAY_PARTS, "note" as const].map((part) => <label key={part}>{t(`way.${part}`)}<input name={part} maxLength={80} defaultValue={known?.[part] ?? ""} /></label>)}
      <button type="submit" class={button}>{t("way.save")}</button>
    </form>
  );
}
