import { hhmm } from "@shared/format.ts";
import type { Activation } from "@shared/rows.ts";
import { DECLINES, roleStates, SIGN, type SummonsAnswer, type Summons } from "@shared/team.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";

/** Whom the centre has summoned and how each role stands, with the number to ring; a seat enters what it hears by telephone. */
export function TeamList({ activation, live }: { readonly activation: Activation; readonly live: boolean }) {
  const desk = useDesk();
  const { link, now } = desk;
  const members = link.tables.members.value;
  const rows = roleStates(activation.summonses, now.value);
  if (rows.length === 0) return null;
  return (
    <ul class="holds team" aria-label={t("console.team")}>
      {rows.map(({ role, phase, summons, minutes }) => {
        const person = members.get(summons.member_id);
        return (
          <li key={role} class={`team-${phase}`}>
            <span aria-hidden="true">{SIGN[phase]}</span> <strong>{t.code("team_role", role)}</strong>
            <span class="faint">{t(`summons.${phase}`)}{minutes === null ? "" : ` ${t("team.in", { min: minutes })}`}{summons.reason === null ? "" : ` · ${t.code("summons.why", summons.reason)}`} · {person?.name ?? "—"}{person?.phone == null ? "" : ` ☎ ${person.phone}`} {hhmm(summons.answered_at ?? summons.summoned_at)}</span>
            {live && phase !== "in_place" && desk.may("answer-summons") && <AnswerFor activation={activation} summons={summons} role={role} />}
          </li>
        );
      })}
    </ul>
  );
}

const SAID: readonly (readonly [SummonsAnswer, string | null])[] = [["coming", null], ["in_place", null], ...DECLINES.map((why) => ["declined", why] as const)];

function AnswerFor({ activation, summons, role }: { readonly activation: Activation; readonly summons: Summons; readonly role: string }) {
  const { records } = useDesk();
  const name = t.code("team_role", role);
  return (
    <select class="small" aria-label={t("console.team.enter", { role: name })} value="" onChange={(event) => {
      const said = SAID[Number(event.currentTarget.value)];
      event.currentTarget.value = "";
      if (said !== undefined) void records.answerSummons(activation, summons, said[0], said[1]);
    }}>
      <option value="">{t("console.team.says")}…</option>
      {SAID.map(([answer, why], at) => <option key={`${answer}/${why ?? ""}`} value={at}>{why === null ? t(`summons.${answer === "coming" ? "coming" : "in_place"}`) : t.code("summons.why", why)}</option>)}
    </select>
  );
}
