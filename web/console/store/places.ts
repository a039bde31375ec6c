/** Search the city's places by name. */
import { api, HttpRefused } from "@shared/api.ts";

export interface Hit {
  readonly name: string;
  readonly name_en: string | null;
  readonly kind: string;
  readonly lon: number;
  readonly lat: number;
  readonly district: string | null;
  /** A code of the catalogue: how what was typed and the name agree. */
  readonly matched_by: string;
  /** 1 for the name itself. */
  readonly quality: number;
  /** From the point that was given; null without one. */
  readonly distance_m: number | null;
  /** Other places of the same name near this one. */
  readonly also: readonly Namesake[];
}

/** Another place of a hit's name, so far from it. */
export interface Namesake {
  readonly kind: string;
  readonly lon: number;
  readonly lat: number;
  readonly distance_m: number;
}

/** What the site's online geocoder knows; it may be slow, broken or wrong, and nothing waits for it. */
export interface OnlineHit {
  readonly name: string;
  readonly lon: number;
  readonly lat: number;
  readonly provider: string;
}

/** Where the caller is thought to be: it ranks places of one name, it hides none. */
interface Near {
  readonly lon: number;
  readonly lat: number;
}

/** So many letters are a name; the server reads no more. */
const WORDS_MAX = 80;

/** Find places; "offline" when the search itself cannot be reached. */
export async function searchPlaces(words: string, near: Near | null, signal?: AbortSignal): Promise<readonly Hit[] | "offline"> {
  const asked = new URLSearchParams({ q: words.slice(0, WORDS_MAX) });
  if (near !== null) asked.set("near", `${near.lon},${near.lat}`);
  try {
    return await api<readonly Hit[]>(`/api/search?${asked.toString()}`, signal === undefined ? {} : { signal });
  } catch (error) {
    if (error instanceof HttpRefused || error instanceof TypeError || signal?.aborted === true) return "offline";
    throw error;
  }
}

/** Ask the online geocoder; "offline" when the server cannot be reached, nothing when the provider is slow or broken. */
export async function searchOnline(words: string): Promise<readonly OnlineHit[] | "offline"> {
  try {
    return await api<readonly OnlineHit[]>(`/api/search/online?${new URLSearchParams({ q: words.slice(0, WORDS_MAX) }).toString()}`);
  } catch (error) {
    if (error instanceof HttpRefused || error instanceof TypeError) return "offline";
    throw error;
  }
}
