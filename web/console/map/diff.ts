/** What changed between two sets of map features, as MapLibre's `updateData` takes it. Pure: remove, then update, then add. */

export type Value = string | number | boolean | null;

export interface PointFeature {
  readonly id: string;
  readonly lon: number;
  readonly lat: number;
  readonly properties: Readonly<Record<string, Value>>;
}

export interface GeoPoint {
  readonly type: "Feature";
  readonly geometry: { readonly type: "Point"; readonly coordinates: [number, number] };
  readonly properties: Record<string, Value>;
}

export interface FeatureUpdate {
  readonly id: string;
  readonly newGeometry?: GeoPoint["geometry"];
  readonly addOrUpdateProperties?: { key: string; value: Value }[];
  readonly removeProperties?: string[];
}

export interface Diff {
  readonly remove: string[];
  readonly add: GeoPoint[];
  readonly update: FeatureUpdate[];
}

export type Features = ReadonlyMap<string, PointFeature>;

export function byId(features: Iterable<PointFeature>): Features {
  return new Map([...features].map((feature) => [feature.id, feature]));
}

export function diffFeatures(before: Features, after: Features): Diff {
  const remove = [...before.keys()].filter((id) => !after.has(id));
  const add: GeoPoint[] = [];
  const update: FeatureUpdate[] = [];
  for (const feature of after.values()) {
    const old = before.get(feature.id);
    if (old === undefined) add.push(geoPoint(feature));
    else {
      const change = updateOf(old, feature);
      if (change !== null) update.push(change);
    }
  }
  return { remove, add, update };
}

export function isEmpty(diff: Diff): boolean {
  return diff.remove.length + diff.add.length + diff.update.length === 0;
}

/** A feature carries its id as a property, too: the source promotes it. */
export function geoPoint({ id, lon, lat, properties }: PointFeature): GeoPoint {
  return { type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties: { ...properties, id } };
}

function updateOf(before: PointFeature, after: PointFeature): FeatureUpdate | null {
  const moved = before.lon !== after.lon || before.lat !== after.lat;
  const changed = Object.entries(after.properties).filter(([key, value]) => before.properties[key] !== value);
  const gone = Object.keys(before.properties).filter((key) => !(key in after.properties));
  if (!moved && changed.length === 0 && gone.length === 0) return null;
  return {
    id: after.id,
    ...(moved ? { newGeometry: geoPoint(after).geometry } : {}),
    ...(changed.length > 0 ? { addOrUpdateProperties: changed.map(([key, value]) => ({ key, value })) } : {}),
    ...(gone.length > 0 ? { removeProperties: gone } : {}),
  };
}
