/** The wall of a receiving department. */
import { useEffect, useState } from "preact/hooks";
import { Calibration } from "@shared/ecg/Calibration.tsx";
import { age, hhmm, hhmmss } from "@shared/format.ts";
import type { AlarmLevel } from "@shared/frames.ts";
import { worst } from "@shared/severity.ts";
import { LangKey } from "@shared/sign_in.tsx";
import { Sounder } from "@shared/sound.ts";
import { onDuty } from "@shared/team.ts";
import { both, lang } from "@shared/texts.ts";
import { wallPage } from "../model/page.ts";
import { alarmOf, type Tile as TileRow } from "../model/tiles.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";
import { AnswerBar } from "./AnswerBar.tsx";
import { PatientSheet } from "./PatientSheet.tsx";
import { Rooms } from "./Rooms.tsx";
import { Roster } from "./Roster.tsx";
import { Tile } from "./Tile.tsx";
import { TwelveLead } from "./TwelveLead.tsx";

/** Up to so many patients there is room for larger tiles. */
const ROOMY_TO = 2;
/** A longer name of a hospital stands smaller, in two lines where it must. */
const NAME_FITS = 7;
/** From this many patients on, the tiles are compact; more than fit take turns. */
const COMPACT_FROM = 4;
const MOST = 6;
/** How long one page of a full wall stands, real ms: long enough to read six tiles. */
const PAGE_MS = 8_000;

export function Department({ wall }: { wall: Wall }) {
  const [sounder, setSounder] = useState<Sounder | null>(null);
  const [roster, setRoster] = useState(false);
  const [ecgOf, setEcgOf] = useState<string | null>(null);
  const [openedId, setOpenedId] = useState<string | null>(null);
  const tiles = wall.arranged();
  const alarm: AlarmLevel = worst(tiles.map((tile) => alarmOf(tile, wall.now.value)));
  useEffect(() => {
    const made = new Sounder();
    setSounder(made);
    return () => made.close();
  }, []);
  useEffect(() => sounder?.set(alarm), [sounder, alarm]);
  const armed = sounder?.armed.value ?? false;
  useEffect(() => { wall.armed = armed; }, [wall, armed]);
  const { shown, page, pages } = wallPage(tiles, wall.waiting.value, MOST, Math.floor(performance.now() / PAGE_MS));
  const open = (tile: TileRow): void => setEcgOf(tile.activation.patient_id);
  useEcgKeys(shown, open);
  const compact = shown.length >= COMPACT_FROM;
  const roomy = !compact && shown.length <= ROOMY_TO;
  const center = wall.link.tables.centers.value.get(wall.session.center_id ?? "");
  const patient = tiles.find((tile) => tile.activation.patient_id === ecgOf)?.patient ?? null;
  const ecg = patient?.ecgs.at(-1);
  const opened = [...tiles, ...wall.taken.value].find((tile) => tile.activation.id === openedId);
  return (
    <div class={`wall ${compact ? "compact" : roomy ? "roomy" : ""}`} data-sounding={alarm}>
      <Header wall={wall} sounder={sounder} count={tiles.length} page={page} pages={pages} onRoster={() => setRoster(true)} onTaken={setOpenedId} />
      {roster && <Roster wall={wall} onClose={() => setRoster(false)} />}
      <main>
        {tiles.length === 0 ? <Calm wall={wall} /> : (
          <ol class="tiles">{shown.map((tile, i) => <Tile key={tile.activation.id} wall={wall} tile={tile} place={i + 1} compact={compact} roomy={roomy} onEcg={open} onOpen={() => setOpenedId(tile.activation.id)} />)}</ol>
        )}
      </main>
      {center !== undefined && <Rooms wall={wall} center={center} />}
      {wall.refusal.value !== null && <p class="refusal" role="alert">{both(wall.refusal.value.text)}</p>}
      <AnswerBar wall={wall} />
      {patient !== null && ecg !== undefined && <TwelveLead patient={patient} ecg={ecg} onClose={() => setEcgOf(null)} />}
      <Calibration />
      {opened !== undefined && <PatientSheet wall={wall} tile={opened} onClose={() => setOpenedId(null)} />}
    </div>
  );
}

/** 1–6 show the 12-lead of that tile. */
function useEcgKeys(shown: readonly TileRow[], open: (tile: TileRow) => void): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const tile = /^[1-9]$/.test(event.key) ? shown[Number(event.key) - 1] : undefined;
      if (tile !== undefined && (tile.patient?.ecgs.length ?? 0) > 0) open(tile);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}

function Header({ wall, sounder, count, page, pages, onRoster, onTaken }: { wall: Wall; sounder: Sounder | null; count: number; page: number; pages: number; onRoster: () => void; onTaken: (id: string) => void }) {
  const center = wall.link.tables.centers.value.get(wall.session.center_id ?? "");
  const name = center?.name ?? wall.session.name;
  const state = wall.link.state.value;
  const armed = sounder?.armed.value ?? false;
  // What 120 saw when the line was there says nothing now: a wall that hears nothing is not heard either.
  const seen = state === "live" ? center?.wall?.phase : center?.wall && "lost";
  return (
    <header class="head">
      <h1 class={[...name].length > NAME_FITS ? "long" : ""}>{name}</h1>
      <p class="count">{(state === "live" || count > 0) && t("wall.incoming", { count })}{pages > 1 && <span>{t("wall.page", { page: page + 1, pages })}</span>}</p>
      {wall.taken.value.length > 0 && (
        <select class="small" aria-label={t("wall.taken")} value="" onChange={(event) => onTaken(event.currentTarget.value)}>
          <option value="">{t("wall.taken")} {wall.taken.value.length}</option>
          {wall.taken.value.map((tile) => <option key={tile.activation.id} value={tile.activation.id}>{tile.patient?.code ?? "—"} {tile.activation.accepted_at === null ? "" : hhmm(tile.activation.accepted_at)}</option>)}
        </select>
      )}
      <p class={`link ${state}`} role="status"><i aria-hidden="true" />{t(`link.${state}`)}{state !== "live" && ` · ${age(wall.link.dataAge(), lang.value)}`}</p>
      {seen != null && <p class={`seen ${seen}`}>{t("wall.seen", { state: t(`wall_state.${seen}`) })}</p>}
      {armed ? (
        <button type="button" class="small" data-played={sounder?.played.value} onClick={() => sounder?.play("medium")}>♪ {t("sound.test")}</button>
      ) : <p class="unarmed flash-slow" role="alert">{t("sound.arm")}</p>}
      <button type="button" class="small" aria-haspopup="dialog" onClick={onRoster}>{t("wall.roster.key", { count: onDuty(wall.link.tables.members.value.values(), wall.now.value).length })}</button>
      <LangKey />
      <p class="clock">{hhmmss(wall.now.value)}</p>
    </header>
  );
}

/** Nobody is coming: calm, and visibly alive. */
function Calm({ wall }: { wall: Wall }) {
  const live = wall.link.state.value === "live" && wall.link.ready.value;
  return (
    <section class="calm">
      <p class="calm-word">{t(live ? "wall.calm" : "wall.unknown")}</p>
      <p class="calm-note">{t(live ? "wall.calm.note" : "wall.unknown.note")}</p>
    </section>
  );
}
