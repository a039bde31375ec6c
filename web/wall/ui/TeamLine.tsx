/** Who was summoned for one patient and how each role stands; a tap opens what the department may answer for somebody. */
import { useEffect, useRef, useState } from "preact/hooks";
import { DECLINES, roleStates, SIGN, type RoleState } from "@shared/team.ts";
import { hasEnded, type Tile } from "../model/tiles.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";

/** Roles that have room on a tile of one or two; the first are those not yet settled. */
const SHOWN = 2;
const OPEN_FIRST: Readonly<Record<string, number>> = { undelivered: 0, declined: 0, lapsed: 1, calling: 2, delivered: 2, coming: 3, in_place: 4 };

export function TeamLine({ wall, tile, roomy }: { wall: Wall; tile: Tile; roomy: boolean }) {
  const [asked, setAsked] = useState<string | null>(null);
  const rows = [...roleStates(tile.activation.summonses, wall.now.value)].sort((a, b) => (OPEN_FIRST[a.phase] ?? 5) - (OPEN_FIRST[b.phase] ?? 5));
  if (rows.length === 0 || hasEnded(tile)) return null;
  const shown = rows.slice(0, roomy ? SHOWN : 1);
  const open = rows.find((row) => row.role === asked);
  return (
    <div class="team-line" aria-label={t("wall.team")}>
      {shown.map((row) => (
        <button key={row.role} type="button" class={`member ${row.phase}`} onClick={() => setAsked(row.role)}>
          <i aria-hidden="true">{SIGN[row.phase]}</i> <span class="role">{t.code("team_role", row.role)}</span> <small>{row.minutes === null ? t(`summons.${row.phase}`) : t("wall.team.in", { min: row.minutes })}</small>
        </button>
      ))}
      {rows.length > shown.length && <button type="button" class="member more-roles" onClick={() => setAsked(rows[shown.length]?.role ?? null)}>+{rows.length - shown.length}</button>}
      {open !== undefined && <AnswerFor wall={wall} tile={tile} row={open} onClose={() => setAsked(null)} />}
    </div>
  );
}

const MINUTES = [5, 10, 15, 20, 30] as const;

/** What the department enters for somebody who answered by telephone or walked in. */
function AnswerFor({ wall, tile, row, onClose }: { wall: Wall; tile: Tile; row: RoleState; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const members = wall.link.tables.members.value;
  const mine = tile.activation.summonses.filter((each) => each.role === row.role);
  const answer = (summonsId: string, said: "coming" | "in_place" | "declined", more: { minutes?: number; reason?: string } = {}): void => {
    void wall.ask("answer-summons", { activation_id: tile.activation.id, summons_id: summonsId, answer: said, ...more });
    onClose();
  };
  const others = [...members.values()].filter((each) => each.roles.includes(row.role) && !mine.some((one) => one.member_id === each.id));
  return (
    <dialog ref={dialog} class="sheet" aria-label={t.code("team_role", row.role)} onCancel={onClose}>
      <header><h2>{t.code("team_role", row.role)}</h2><button type="button" class="small" onClick={onClose}>{t("ui.close")}</button></header>
      <ul class="asked">
        {mine.map((each) => {
          const person = members.get(each.member_id);
          return (
            <li key={each.id}>
              <p><strong>{person?.name ?? "—"}</strong> {person?.phone ?? ""} <span class="soft">{t(`summons.${each.phase}`)}{each.reason !== null && ` · ${t.code("summons.why", each.reason)}`}{each.ways.length > 0 && ` · ${each.ways.map((way) => t.code("summons.way", way)).join(" ")}`}</span></p>
              <p class="keys">
                <button type="button" class="key" onClick={() => answer(each.id, "in_place")}>{t("summons.in_place")}</button>
                {MINUTES.map((min) => <button key={min} type="button" class="small" onClick={() => answer(each.id, "coming", { minutes: min })}>{t("wall.team.in", { min })}</button>)}
                {DECLINES.map((why) => <button key={why} type="button" class="small" onClick={() => answer(each.id, "declined", { reason: why })}>{t(`summons.why.${why}`)}</button>)}
              </p>
            </li>
          );
        })}
      </ul>
      {others.length > 0 && <h3>{t("wall.team.summon_more")}</h3>}
      <p class="keys">{others.map((each) => <button key={each.id} type="button" class="small" onClick={() => { void wall.ask("summon-member", { activation_id: tile.activation.id, member_id: each.id, role: row.role }); onClose(); }}>{each.name} {each.phone ?? ""}</button>)}</p>
    </dialog>
  );
}
