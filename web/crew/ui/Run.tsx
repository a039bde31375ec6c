/** The run: where to, who called, the minutes so far with their targets, and notes. */
import { useEffect, useState } from "preact/hooks";
import { api, HttpRefused } from "@shared/api.ts";
import { hhmm, mmss } from "@shared/format.ts";
import type { RegisterRow } from "@shared/answers.ts";
import { both } from "@shared/texts.ts";
import { STEP_POINT, STEPS } from "../model/journey.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Key } from "./keys.tsx";
import { Turns } from "./Turns.tsx";
import { SceneWarnings } from "./SceneWarnings.tsx";

const REGISTER_EVERY_MS = 10_000;

export function Run({ crew }: { crew: Crew }) {
  const { incident, calls } = crew.rows.value;
  const number = calls.find((call) => call.number !== null)?.number;
  return (
    <section class="run">
      <div class="run-place">
        <SceneWarnings crew={crew} />
        <h2>{incident?.words ?? calls[0]?.words ?? t("crew.no_words")}</h2>
        <Coordinates crew={crew} />
        <Turns crew={crew} />
        <p>{t("crew.caller")} {number ?? t("ui.unknown")}{calls[0]?.complaint ? ` · ${t.code("complaint", calls[0].complaint)}` : ""}</p>
        <Notes crew={crew} />
      </div>
      <Register crew={crew} />
    </section>
  );
}

export function Coordinates({ crew }: { crew: Crew }) {
  const place = crew.rows.value.incident?.place;
  if (!place) return <p class="coordinates">{t("crew.no_place")}</p>;
  return (
    <p class="coordinates">
      {place.lat.toFixed(5)}, {place.lon.toFixed(5)} <span class="age">WGS-84 · ±{Math.round(place.radius_m)} m{place.confirmed ? "" : ` · ${t("crew.place_unconfirmed")}`}</span>
    </p>
  );
}

const QUICK_NOTES = ["crew.note.stairs", "crew.note.entrapped", "crew.note.police", "crew.note.second_unit"] as const;

function Notes({ crew }: { crew: Crew }) {
  const incident = crew.rows.value.incident;
  const note = crew.forms.value.note;
  const write = (text: string): void => {
    if (incident === null || text.trim() === "") return;
    void crew.do("write-note", { incident_id: incident.id, text: text.trim() });
    crew.fill({ note: "" });
  };
  return (
    <div class="notes">
      <div class="key-grid two">
        {QUICK_NOTES.map((key) => <Key key={key} label={t(key)} onTap={() => write(t(key))} />)}
      </div>
      <label>
        <span class="visually-hidden">{t("crew.note")}</span>
        <textarea rows={2} placeholder={t("crew.note")} value={note} onInput={(event) => crew.fill({ note: event.currentTarget.value })} />
      </label>
      <Key label={t("crew.note.send")} disabled={note.trim() === ""} onTap={() => write(note)} />
    </div>
  );
}

/** The server's register when it can be asked; else the minutes this tablet knows. */
function Register({ crew }: { crew: Crew }) {
  const [rows, setRows] = useState<readonly RegisterRow[] | null>(null);
  const patientId = crew.patient.value?.id ?? null;
  const status = crew.rows.value.unit?.status;
  useEffect(() => {
    const load = async (): Promise<void> => {
      if (patientId === null) return;
      try {
        setRows(await api<readonly RegisterRow[]>(`/api/patients/${patientId}/register`));
      } catch (error) {
        if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
        setRows(null);
      }
    };
    void load();
    const again = setInterval(() => void load(), REGISTER_EVERY_MS);
    return () => clearInterval(again);
  }, [patientId, status]);
  return (
    <div class="register">
      <h3>{t("crew.register")}</h3>
      {rows === null ? <OwnMinutes crew={crew} /> : <table><tbody>{shown(rows).map((row) => <Minute key={`${row.point}/${row.since ?? ""}`} row={row} now={crew.now.value} />)}</tbody></table>}
    </div>
  );
}

/** What has happened in its order, then what a target runs for; missing minutes are no prompt during a run. */
function shown(rows: readonly RegisterRow[]): readonly RegisterRow[] {
  const known = rows.filter((row) => row.at !== null).sort((a, b) => Date.parse(a.at ?? "") - Date.parse(b.at ?? ""));
  const running = rows.filter((row) => row.at === null && row.due_at !== null && row.status === "pending");
  return [...running.sort((a, b) => Date.parse(a.due_at ?? "") - Date.parse(b.due_at ?? "")), ...known.reverse()];
}

function Minute({ row, now }: { row: RegisterRow; now: number }) {
  const left = row.due_at === null ? null : Date.parse(row.due_at) - now;
  return (
    <tr class={`minute ${row.status}`}>
      <th scope="row">{both(row.label)}{row.since !== null && row.due_at !== null && <small> {t("register.since", { since: t.code("timepoint", row.since) })}</small>}</th>
      <td>{row.at === null ? "—" : hhmm(row.at)}</td>
      <td>
        {row.at === null && left !== null && <span class={left < 0 ? "over" : "left"}>{mmss(left)}</span>}
        {row.at !== null && row.status === "late" && <span class="over">{t("crew.register.late")}</span>}
        {row.at !== null && row.status === "met" && <span class="met">✓</span>}
        {row.corrections > 0 && <span class="age"> {t("crew.register.corrected")}</span>}
      </td>
    </tr>
  );
}

/** As the register stands: the newest first, and no line for what has not happened. */
function OwnMinutes({ crew }: { crew: Crew }) {
  const points = crew.rows.value.assignment?.points ?? {};
  return (
    <table>
      <tbody>
        {STEPS.toReversed().map((step) => {
          const point = points[STEP_POINT[step] ?? ""];
          return point === undefined ? null : (
            <tr key={step} class="minute">
              <th scope="row">{t(`status.${step}`)}</th>
              <td>{hhmm(point.at)}</td>
              <td />
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
