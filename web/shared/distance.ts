/** How far two points are apart. Pure. */
const EARTH_RADIUS_M = 6_371_008.8;

interface LonLat {
  readonly lon: number;
  readonly lat: number;
}

/** Great-circle distance by the haversine formula, in metres. */
export function distanceM(a: LonLat, b: LonLat): number {
  const rad = Math.PI / 180;
  const h = Math.sin(((b.lat - a.lat) * rad) / 2) ** 2 + Math.cos(a.lat * rad) * Math.cos(b.lat * rad) * Math.sin(((b.lon - a.lon) * rad) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(h));
}
