import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { hhmmss } from "@shared/format.ts";
import type { RegisterRow } from "@shared/answers.ts";
import type { Incident, Patient } from "@shared/rows.ts";
import { useAsked } from "../store/ask.ts";
import { useDesk } from "../store/desk.ts";
import { usePatient } from "../store/patient.ts";
import { both, t } from "../texts.ts";
import { useRoving } from "../ui/roving.ts";
import { MinuteForm } from "./MinuteForm.tsx";
import { PatientBar } from "./PatientBar.tsx";

/** Every minute of the patient: when, how long it took, against which target. */
export function RegisterTab({ incident }: { readonly incident: Incident }) {
  const { link } = useDesk();
  const patient = usePatient(incident);
  const runs = incident.assignment_ids.map((id) => link.tables.assignments.value.get(id));
  // What the register is made of: when one of these rows changes, it is read again.
  const rows = useAsked<readonly RegisterRow[]>(`/api/patients/${patient?.id ?? "none"}/register`, stamp([incident, patient, ...runs]));
  return (
    <>
      <PatientBar incident={incident} patient={patient} />
      {rows === "loading" && <p class="nothing" role="status">{t("console.advice.loading")}</p>}
      {rows === "failed" && <p class="nothing" role="status">{t("console.register.failed")}</p>}
      {typeof rows !== "string" && patient !== null && <RegisterTable key={patient.id} rows={rows} patient={patient} incident={incident} />}
    </>
  );
}

const stamps = new WeakMap<object, number>();
let stampCount = 0;

/** Name a set of rows: another name when one of them was replaced. */
function stamp(rows: readonly (object | null | undefined)[]): string {
  return rows.map((row) => {
    if (row == null) return "-";
    if (!stamps.has(row)) stamps.set(row, (stampCount += 1));
    return stamps.get(row);
  }).join(".");
}

function RegisterTable({ rows, patient, incident }: { readonly rows: readonly RegisterRow[]; readonly patient: Patient; readonly incident: Incident }) {
  const desk = useDesk();
  const [telling, setTelling] = useState(true);
  const [editing, setEditing] = useState<string | null>(null);
  const roving = useRoving<HTMLTableSectionElement>();
  const leave = (): void => {
    roving.ref.current?.querySelector<HTMLElement>(`[data-roving="${editing ?? ""}"]`)?.focus();
    setEditing(null);
  };
  const shown = inTime(telling ? rows.filter((row) => row.at !== null || row.target_min !== null) : rows);
  return (
    <>
      <label class="choice faint"><input type="checkbox" checked={telling} onChange={(e) => setTelling(e.currentTarget.checked)} /> {t("console.register.hide_na")}</label>
      {shown.length === 0 ? <p class="nothing">{t("console.register.empty")}</p> : (
        <table class="register">
          <thead>
            <tr>
              <th scope="col">{t("console.register.point")}</th>
              <th scope="col" class="number">{t("console.register.at")}</th>
              <th scope="col" class="number">{t("console.register.took")}</th>
              <th scope="col" class="number">{t("console.register.target")}</th>
              <th scope="col">{t("console.register.status")}</th>
              <td class="edit" />
            </tr>
          </thead>
          <tbody ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={roving.onFocusIn}>
            {shown.map((row) => (
              <Fragment key={nameOf(row)}>
                <Row row={row} mayEdit={desk.may(row.at === null ? "register-time-point" : "correct-time-point")} open={editing === nameOf(row)} onEdit={() => setEditing(editing === nameOf(row) ? null : nameOf(row))} />
                {editing === nameOf(row) && <tr><td colSpan={6}><MinuteForm row={row} patient={patient} incident={incident} onDone={leave} /></td></tr>}
              </Fragment>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

/** One minute may have several targets, each from another one: door to wire, contact to wire. */
function nameOf(row: RegisterRow): string {
  return `${row.point}/${row.since ?? ""}`;
}

/** Minutes as a register reads them; less than one in seconds. */
function minutes(value: number | null): string {
  if (value === null) return "";
  if (Math.abs(value) < 1) return t("console.register.seconds", { seconds: Math.round(value * 60) });
  return t("console.register.minutes", { minutes: Number.isInteger(value) ? value : value.toFixed(1) });
}

/** What happened in the order in which it happened; what has not, after it, as the protocols list it. */
function inTime(rows: readonly RegisterRow[]): readonly RegisterRow[] {
  const known = rows.filter(({ at }) => at !== null).sort((a, b) => Date.parse(a.at ?? "") - Date.parse(b.at ?? ""));
  return [...known, ...rows.filter(({ at }) => at === null)];
}

/** A minute without a target cannot be met, only known. */
function judged({ status, target_min }: RegisterRow): RegisterRow["status"] {
  return status === "met" && target_min === null ? "recorded" : status;
}

function Row({ row, mayEdit, open, onEdit }: { readonly row: RegisterRow; readonly mayEdit: boolean; readonly open: boolean; readonly onEdit: () => void }) {
  return (
    <tr class={`register-${judged(row)}`} title={row.source ?? undefined}>
      <th scope="row">
        {both(row.label)}
        {row.since !== null && row.target_min !== null && <span class="faint"> {t("register.since", { since: t.code("timepoint", row.since) })}</span>}
        {row.entered_for !== null && <span class="faint"> {t("console.log.entered_for", { who: row.entered_for })}</span>}
        {row.delay_reason !== null && <span class="faint"> {t("record.delay_said", { why: row.delay_reason })}</span>}
        {row.corrections > 0 && <span class="faint"> {t("console.register.corrected", { count: row.corrections })}</span>}
      </th>
      <td class="number">{row.at === null ? "—" : hhmmss(row.at)}</td>
      <td class="number">{minutes(row.minutes)}</td>
      <td class="number faint">{row.target_min === null ? "" : `≤ ${minutes(row.target_min)}`}</td>
      <td class="register-status">{t(`console.register.${judged(row)}`)}</td>
      <td class="edit">
        {mayEdit && (
          <button type="button" class="link-key" data-roving={nameOf(row)} aria-expanded={open} aria-label={t(row.at === null ? "record.enter_of" : "record.edit_of", { point: both(row.label) })} onClick={onEdit}>
            {t(row.at === null ? "record.enter" : "record.edit")}
          </button>
        )}
      </td>
    </tr>
  );
}
