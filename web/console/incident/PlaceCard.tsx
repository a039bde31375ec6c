import { useEffect, useState } from "preact/hooks";
import { distanceM } from "@shared/distance.ts";
import type { Incident } from "@shared/rows.ts";
import type { Place } from "@shared/words.ts";
import { searchOnline, searchPlaces, type Hit, type OnlineHit } from "../store/places.ts";
import { useDesk } from "../store/desk.ts";
import { maybe, t } from "../texts.ts";
import { useRoving } from "../ui/roving.ts";
import { placeSource } from "../words.ts";

/** Where it is: the fix with its radius and source, and three ways to make it better (verify, search, click on the map). */
export function PlaceCard({ incident }: { readonly incident: Incident }) {
  const { selection, actions } = useDesk();
  const { place } = incident;
  const [searching, setSearching] = useState(place === null);
  // The search gives way as soon as there is a place, whoever found it.
  useEffect(() => setSearching(place === null), [place === null]);
  const asked = selection.search.value;
  if (incident.phase === "closed") return null;
  return (
    <section class={`card place ${place === null ? "place-missing" : ""}`} aria-label={t("console.place")}>
      <div class="place-line">
        {place === null ? <strong>{t("console.queue.not_located")}</strong> : <Fix place={place} />}
        <span class="place-keys">
          {place !== null && !place.confirmed && (
            <button type="button" class={incident.phase === "underway" ? "small" : "key small"} onClick={() => void actions.locate(incident, place)}>{t("console.place.confirm")}</button>
          )}
          <button type="button" class="small" aria-pressed={selection.picking.value} onClick={() => (selection.picking.value = !selection.picking.value)}>
            {t("console.place.pick")}
          </button>
          <button type="button" class="small" aria-expanded={searching || asked !== null} onClick={() => {
            selection.search.value = null;
            setSearching(!searching && asked === null);
          }}>{t("console.place.search")}</button>
        </span>
      </div>
      {(searching || asked !== null) && (
        <PlaceSearch key={asked ?? ""} incident={incident} words={asked ?? incident.words ?? ""} chosen={asked !== null} onDone={() => {
          selection.search.value = null;
          setSearching(false);
        }} />
      )}
    </section>
  );
}

function Fix({ place }: { readonly place: Place }) {
  const { selection } = useDesk();
  return (
    <button type="button" class="bare place-fix" onClick={() => (selection.flyTo.value = { lon: place.lon, lat: place.lat })}>
      <strong class={place.confirmed ? "" : "is-unverified"}>{t(place.confirmed ? "console.place.confirmed" : "console.queue.not_confirmed")}</strong>{" "}
      <span>{placeSource(place)} {t("console.place.radius", { radius: Math.round(place.radius_m) })}</span>{" "}
      <span class="faint">{t(`console.datum.${place.datum}`)} · {place.lon.toFixed(5)}, {place.lat.toFixed(5)}</span>
    </button>
  );
}

/** The search answers every keystroke; only a burst of them waits for its end. */
const KEYSTROKE_PAUSE_MS = 60;

/** How far a hit lies from the fix that is known: places of one name are told apart by it. */
function awayFrom(place: Place | null, hit: Hit): string {
  if (place === null) return "";
  const away_m = distanceM(place, hit);
  return away_m < 1000 ? `${Math.round(away_m / 10) * 10} m` : `${(away_m / 1000).toFixed(1)} km`;
}

/** What kind of place it is, where there is a word for it: what tells places of one name apart. */
function kindWord(kind: string): string {
  return maybe(`place.kind.${kind}`) || maybe(`place.kind.${kind.split("=")[0] ?? kind}`);
}

interface SearchProps {
  readonly incident: Incident;
  readonly words: string;
  /** Somebody asked for these words: the first hit takes the focus, so that Enter takes it. */
  readonly chosen: boolean;
  readonly onDone: () => void;
}

function PlaceSearch({ incident, words: first, chosen, onDone }: SearchProps) {
  const { actions, selection, city } = useDesk();
  const [typed, setTyped] = useState(first);
  const [hits, setHits] = useState<readonly Hit[] | "searching" | "offline">([]);
  const [asked, setAsked] = useState("");
  const roving = useRoving<HTMLUListElement>();
  useEffect(() => {
    const words = typed.trim();
    if (words.length < 2) return setHits([]);
    const leaving = new AbortController();
    const wait = setTimeout(() => {
      setHits("searching");
      void searchPlaces(words, incident.place, leaving.signal).then((found) => {
        if (leaving.signal.aborted) return;
        setAsked(words);
        setHits(found);
      });
    }, KEYSTROKE_PAUSE_MS);
    return () => {
      clearTimeout(wait);
      leaving.abort();
    };
  }, [typed]);
  useEffect(() => {
    if (chosen && asked === first) roving.ref.current?.querySelector("button")?.focus();
  }, [asked]);
  const take = (name: string, { lon, lat }: Pick<Hit, "lon" | "lat">): void => {
    selection.flyTo.value = { lon, lat };
    onDone();
    void actions.locate(incident, { lon, lat, radius_m: 50, datum: "wgs84", source: "gazetteer" }, name);
  };
  const takeOnline = (hit: OnlineHit): void => {
    selection.flyTo.value = { lon: hit.lon, lat: hit.lat };
    onDone();
    void actions.locate(incident, { lon: hit.lon, lat: hit.lat, radius_m: 100, datum: "wgs84", source: "online" }, hit.name);
  };
  const provider = city.value?.online_places ?? null;
  return (
    <div class="place-search">
      <input type="search" aria-label={t("console.place.search")} placeholder={t("console.place.search")} value={typed} onInput={(e) => setTyped(e.currentTarget.value)} />
      {hits === "searching" && <p class="faint" role="status">{t("console.place.searching")}</p>}
      {hits === "offline" && <p role="status">{t("console.place.offline")}</p>}
      {Array.isArray(hits) && hits.length === 0 && asked !== "" && asked === typed.trim() && <p class="faint" role="status">{t("console.place.no_hit", { words: typed.trim() })}</p>}
      {provider !== null && <Online key={asked} words={typed.trim()} provider={provider} atOnce={chosen && selection.searchOnline.value} onTake={takeOnline} />}
      {Array.isArray(hits) && hits.length > 0 && (
        <ul ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={roving.onFocusIn}>
          {hits.map((hit: Hit, place) => (
            <li key={`${hit.name}${hit.lon}${hit.lat}`}>
              <button type="button" data-roving={String(place)} onClick={() => take(hit.name, hit)} onMouseEnter={() => (selection.flyTo.value = { lon: hit.lon, lat: hit.lat })}>
                {hit.name} <span class="faint">{[hit.also.length > 0 ? kindWord(hit.kind) : "", hit.district, awayFrom(incident.place, hit), hit.matched_by === "geo.matched_by.name" ? null : maybe(hit.matched_by)].filter(Boolean).join(" · ")}</span>
              </button>
              {hit.also.length > 0 && (
                <p class="place-also faint">
                  {t("console.place.also")}
                  {hit.also.map((each) => (
                    <button type="button" class="small" key={`${each.lon}${each.lat}`} onClick={() => take(hit.name, each)} onMouseEnter={() => (selection.flyTo.value = { lon: each.lon, lat: each.lat })}>
                      {kindWord(each.kind)} {each.distance_m} m
                    </button>
                  ))}
                </p>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface OnlineProps {
  readonly words: string;
  readonly provider: string;
  /** Asked for on the command line: no key to press first. */
  readonly atOnce: boolean;
  readonly onTake: (hit: OnlineHit) => void;
}

/** The site's online geocoder, asked by a key of its own: its answers stand apart, under its name, and nothing waits for them. */
function Online({ words, provider, atOnce, onTake }: OnlineProps) {
  const { selection } = useDesk();
  const [hits, setHits] = useState<readonly OnlineHit[] | "searching" | "offline" | null>(null);
  const ask = (): void => {
    setHits("searching");
    void searchOnline(words).then(setHits);
  };
  useEffect(() => {
    if (atOnce && words !== "") ask();
  }, []);
  if (hits === null) return <button type="button" class="small" disabled={words === ""} onClick={ask}>{t("console.place.online.ask", { provider })}</button>;
  if (hits === "searching") return <p class="faint" role="status">{t("console.place.searching")}</p>;
  if (hits === "offline" || hits.length === 0) return <p class="faint" role="status">{t("console.place.online.nothing")}</p>;
  return (
    <section class="place-online" aria-label={t("console.place.online.title", { provider })}>
      <p class="faint">{t("console.place.online.title", { provider })}</p>
      <ul>
        {hits.map((hit) => (
          <li key={`${hit.lon}${hit.lat}`}>
            <button type="button" onClick={() => onTake(hit)} onMouseEnter={() => (selection.flyTo.value = { lon: hit.lon, lat: hit.lat })}>{hit.name}</button>
          </li>
        ))}
      </ul>
    </section>
  );
}
