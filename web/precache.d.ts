/** What the crew's service worker keeps: made by `build/precache.ts` from the finished crew build. */
declare module "virtual:precache" {
  /** Changes whenever any kept file changes: the name of the cache. */
  export const version: string;
  /** Absolute paths, the page itself included as `/crew/`. */
  export const files: readonly string[];
}
