/** The department's people: who is on duty now, the list, a duty more, and the link that lets somebody's own phone be pushed to. */
import { useEffect, useRef, useState } from "preact/hooks";
import { api, HttpRefused } from "@shared/api.ts";
import { refusalFrom } from "@shared/commands.ts";
import { hhmm } from "@shared/format.ts";
import { onDuty, TEAM_ROLES, type Member } from "@shared/team.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";

const HOURS = [8, 12, 24] as const;

export function Roster({ wall, onClose }: { wall: Wall; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const [invited, setInvited] = useState<{ readonly name: string; readonly url: string; readonly qr_svg: string } | null>(null);
  const center = wall.session.center_id ?? "";
  const members = [...wall.link.tables.members.value.values()].filter((each) => each.center_id === center).sort((a, b) => a.name.localeCompare(b.name, "zh"));
  const now = onDuty(members, wall.now.value);
  const invite = async (member: Member): Promise<void> => {
    try {
      const made = await api<{ url: string; qr_svg: string }>(`/api/team/members/${member.id}/link`, { method: "POST" });
      setInvited({ name: member.name, ...made });
    } catch (error) {
      if (!(error instanceof HttpRefused)) throw error;
      wall.refusal.value = refusalFrom(error.status, error.body);
    }
  };
  return (
    <dialog ref={dialog} class="sheet roster" aria-label={t("wall.roster")} onCancel={onClose}>
      <header><h2>{t("wall.roster")}</h2><button type="button" class="small" onClick={onClose}>{t("ui.close")}</button></header>
      <div class="roster-columns">
        <section>
          <h3>{t("wall.roster.now")}</h3>
          {now.length === 0 && <p class="soft">{t("wall.roster.nobody")}</p>}
          <ul class="duties">
            {now.map(({ member, duty }) => (
              <li key={duty.id}>
                <strong>{t.code("team_role", duty.role)}</strong> {duty.rank}. {member.name} <span class="soft">{t("wall.roster.until", { time: hhmm(duty.ends) })}</span>
                <button type="button" class="small" aria-label={`${t("wall.roster.lift")} ${member.name}`} onClick={() => void wall.ask("lift-duty", { center_id: center, duty_id: duty.id })}>✕</button>
              </li>
            ))}
          </ul>
        </section>
        <section>
          <h3>{t("wall.roster.people")}</h3>
          <ul class="people">{members.map((member) => <Person key={member.id} wall={wall} member={member} onInvite={() => void invite(member)} />)}</ul>
          <NewMember wall={wall} centerId={center} />
        </section>
      </div>
      {invited !== null && (
        <aside class="invited">
          <p>{t("wall.roster.invite.note", { name: invited.name })}</p>
          <img alt={invited.url} src={`data:image/svg+xml;utf8,${encodeURIComponent(invited.qr_svg)}`} />
          <button type="button" class="small" onClick={() => setInvited(null)}>{t("ui.close")}</button>
        </aside>
      )}
    </dialog>
  );
}

/** One person: put on duty from now with two taps, invited, or taken off the list. */
function Person({ wall, member, onInvite }: { wall: Wall; member: Member; onInvite: () => void }) {
  const [role, setRole] = useState(member.roles[0] ?? "");
  const [rank, setRank] = useState(1);
  const put = (hours: number): void => {
    const begins = new Date(wall.now.peek());
    void wall.ask("set-duty", { center_id: member.center_id, member_id: member.id, role, begins: begins.toISOString(), ends: new Date(begins.getTime() + hours * 3_600_000).toISOString(), rank });
  };
  return (
    <li>
      <p><strong>{member.name}</strong> {member.phone ?? t("wall.roster.no_phone")} <span class="soft">{member.roles.map((each) => t.code("team_role", each)).join(" · ")}{member.push_since !== null && ` · ${t("summons.way.push")} ✓`}</span></p>
      <p class="keys">
        {member.roles.length > 1 && (
          <select class="small" aria-label={t("wall.roster.role")} value={role} onChange={(event) => setRole(event.currentTarget.value)}>
            {member.roles.map((each) => <option key={each} value={each}>{t.code("team_role", each)}</option>)}
          </select>
        )}
        <select class="small" aria-label={t("wall.roster.rank")} value={rank} onChange={(event) => setRank(Number(event.currentTarget.value))}>
          {[1, 2, 3].map((each) => <option key={each} value={each}>{t("wall.roster.nth", { rank: each })}</option>)}
        </select>
        {HOURS.map((hours) => <button key={hours} type="button" class="small" onClick={() => put(hours)}>{t("wall.roster.hours", { hours })}</button>)}
        <button type="button" class="small" onClick={onInvite}>{t("wall.roster.invite")}</button>
        <button type="button" class="small" onClick={() => void wall.ask("remove-member", { center_id: member.center_id, member_id: member.id })}>{t("wall.roster.remove")}</button>
      </p>
    </li>
  );
}

function NewMember({ wall, centerId }: { wall: Wall; centerId: string }) {
  const [name, setName] = useState("");
  const [phone, setPhone] = useState("");
  const [role, setRole] = useState<string>(TEAM_ROLES[0]);
  return (
    <form class="keys" onSubmit={(event) => {
      event.preventDefault();
      void wall.ask("list-member", { center_id: centerId, name, roles: [role], phone: phone.trim() === "" ? null : phone.trim() }).then((done) => {
        if (!done) return;
        setName("");
        setPhone("");
      });
    }}>
      <input required aria-label={t("wall.roster.name")} placeholder={t("wall.roster.name")} value={name} onInput={(event) => setName(event.currentTarget.value)} />
      <input type="tel" aria-label={t("wall.roster.phone")} placeholder={t("wall.roster.phone")} value={phone} onInput={(event) => setPhone(event.currentTarget.value)} />
      <select class="small" aria-label={t("wall.roster.role")} value={role} onChange={(event) => setRole(event.currentTarget.value)}>
        {TEAM_ROLES.map((each) => <option key={each} value={each}>{t(`team_role.${each}`)}</option>)}
      </select>
      <button type="submit" class="key">{t("wall.roster.add")}</button>
    </form>
  );
}
