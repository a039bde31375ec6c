/** Everything that says where it is: each source with radius, age and doubt, what contradicts what, and one key to take it. */
import { useState } from "preact/hooks";
import { api, HttpRefused } from "@shared/api.ts";
import { refusalFrom } from "@shared/commands.ts";
import type { Position } from "@shared/location.ts";
import type { Incident } from "@shared/rows.ts";
import type { Place } from "@shared/words.ts";
import { sourceName } from "../logic/sources.ts";
import { useDesk } from "../store/desk.ts";
import { bothOf, t } from "../texts.ts";
import { LinkCard } from "./LinkCard.tsx";

export function SourcesCard({ incident }: { readonly incident: Incident }) {
  const { link } = useDesk();
  const rows = incident.position_ids.flatMap((id) => link.tables.positions.value.get(id) ?? []);
  if (incident.phase === "closed") return null;
  return (
    <details class="card sources" open={rows.length > 0}>
      <summary>{t("console.location.title")} {rows.length > 0 && <span class="faint">{rows.length}</span>}</summary>
      <Conflicts incident={incident} rows={rows} />
      {rows.length === 0 && <p class="faint">{t("console.location.none")}</p>}
      <ul>
        {Object.entries(incident.told).map(([kind, told]) => <Told key={kind} name={`told:${kind}`} kind={kind} place={told.place} at={told.at} incident={incident} />)}
        {rows.map((row, at) => <Source key={row.id} row={row} at={at} incident={incident} />)}
      </ul>
      <Paste incident={incident} />
      <Indoors incident={incident} />
      <LinkCard incident={incident} />
    </details>
  );
}

function distanceWords(metres: number): string {
  return metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(1)} km`;
}

function ageWords(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

/** The widest come first; more say nothing that these do not. */
const CONFLICTS_SHOWN = 3;

function Conflicts({ incident, rows }: { readonly incident: Incident; readonly rows: readonly Position[] }) {
  const named = (id: string): string => t.code("console.location.kind", id.startsWith("told:") ? id.slice(5) : (rows.find((row) => row.id === id)?.place.source ?? id));
  return (
    <>
      {(incident.estimate?.conflicts ?? []).slice(0, CONFLICTS_SHOWN).map((each) => (
        <p key={each.one + each.other} class="source-conflict" role="status">
          {t("console.location.conflict", { one: named(each.one), other: named(each.other), distance: distanceWords(each.distance_m) })}
        </p>
      ))}
    </>
  );
}

interface Line {
  readonly name: string;
  readonly kind: string;
  readonly place: Place;
  readonly at: string;
  readonly incident: Incident;
  readonly children?: preact.ComponentChildren;
}

function Told({ name, kind, place, at, incident, children }: Line) {
  const { selection, now } = useDesk();
  const used = incident.estimate?.possible[0]?.sources.includes(name) ?? true;
  return (
    <li class="source">
      <button type="button" class="bare source-name" onClick={() => (selection.flyTo.value = { lon: place.lon, lat: place.lat })}>
        <strong>{t.code("console.location.kind", kind)}</strong> {t("console.place.radius", { radius: Math.round(place.radius_m) })} <span class="faint">{t("console.location.ago", { age: ageWords(at, now.value) })}{used ? "" : ` · ${t("console.location.not_counted")}`}</span>
      </button>
      {children}
    </li>
  );
}

function Source({ row, at, incident }: { readonly row: Position; readonly at: number; readonly incident: Incident }) {
  const { actions } = useDesk();
  const places = [row.place, ...row.alternatives];
  const share = incident.estimate?.possible.find((each) => each.sources.includes(row.id))?.confidence;
  return (
    <Told name={row.id} kind={row.place.source} place={row.place} at={row.measured_at} incident={incident}>
      {share !== undefined && <span class="faint">{t("console.location.confidence", { percent: Math.round(share * 100) })}</span>}
      {row.detail["method"] !== undefined && <span class="faint">{row.detail["method"]}</span>}
      {row.indoors !== null && <span>{row.indoors}</span>}
      {row.doubts.map((doubt) => <span key={doubt.code} class="source-doubt">{t.code("", doubt.code, doubt.params)}</span>)}
      <span class="source-keys">
        {places.map((place, nth) => (
          <button key={nth} type="button" class="small" onClick={() => void actions.chooseSource(incident, row.id, nth)}>
            <kbd>{sourceName(at, nth, places.length)}</kbd> {places.length === 1 ? t("console.location.choose") : t("console.location.choose_nth", { datum: t(`console.datum.${place.datum}`) })}
          </button>
        ))}
      </span>
    </Told>
  );
}

function Paste({ incident }: { readonly incident: Incident }) {
  const { actions } = useDesk();
  const [typed, setTyped] = useState("");
  const read = async (): Promise<void> => {
    try {
      await api(`/api/incidents/${incident.id}/pasted`, { method: "POST", body: { text: typed } });
      setTyped("");
      actions.tell("done", bothOf("console.done.pasted"));
    } catch (error) {
      if (!(error instanceof HttpRefused)) throw error;
      actions.tell("refused", refusalFrom(error.status, error.body).text);
    }
  };
  return (
    <form class="source-paste" onSubmit={(event) => { event.preventDefault(); if (typed.trim() !== "") void read(); }}>
      <input value={typed} maxLength={2000} aria-label={t("console.location.paste")} placeholder={t("console.location.paste")} onInput={(event) => setTyped(event.currentTarget.value)} />
      <button type="submit" class="small">{t("console.location.paste.take")}</button>
    </form>
  );
}

const INDOORS = ["building", "floor", "room", "access"] as const;

function Indoors({ incident }: { readonly incident: Incident }) {
  const { actions } = useDesk();
  return (
    <div class="source-indoors">
      {INDOORS.map((field) => (
        <label key={field}>
          {t(`console.location.${field}`)}
          <input defaultValue={incident[field] ?? ""} maxLength={60} onChange={(event) => void actions.noteIndoors(incident, field, event.currentTarget.value)} />
        </label>
      ))}
    </div>
  );
}
