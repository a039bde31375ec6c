/** Search the city's places by name. */
import { api, HttpRefused } from "@shared/api.ts";

export interface Hit {
  readonly name: string;
  readonly kind: string;
  readonly lon: number;
  readonly lat: number;
}

/** Find places; "offline" when the search itself cannot be reached. */
export async function searchPlaces(words: string, signal?: AbortSignal): Promise<readonly Hit[] | "offline"> {
  try {
    return await api<readonly Hit[]>(`/api/search?q=${encodeURIComponent(words)}`, signal === undefined ? {} : { signal });
  } catch (error) {
    if (error instanceof HttpRefused || error instanceof TypeError || signal?.aborted === true) return "offline";
    throw error;
  }
}
