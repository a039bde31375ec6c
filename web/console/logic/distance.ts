/** How far two points are apart. Pure. */
const EARTH_RADIUS_M = 6_371_008.8;

/** Great-circle distance by the haversine formula, in metres. */
export function distance(lon_a: number, lat_a: number, lon_b: number, lat_b: number): number {
  const rad = Math.PI / 180;
  const h = Math.sin(((lat_b - lat_a) * rad) / 2) ** 2 + Math.cos(lat_a * rad) * Math.cos(lat_b * rad) * Math.sin(((lon_b - lon_a) * rad) / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(h));
}
