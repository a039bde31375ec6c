/** What other accounts of this tablet still owe the server: it goes up when they sign in here again, and under no other name. */
import { openDB } from "idb";
import { DATABASE } from "./store.ts";

export interface LeftBehind {
  readonly account: string;
  readonly count: number;
}

const OWED = ["outbox", "ecgs", "photos", "waves"] as const;

export async function leftBehind(own: string | null): Promise<readonly LeftBehind[]> {
  const names = (await indexedDB.databases()).flatMap(({ name }) => (name?.startsWith(DATABASE) === true ? [name] : []));
  const counted = await Promise.all(names.filter((name) => name !== `${DATABASE}${own ?? ""}`).map(async (name) => ({ account: name.slice(DATABASE.length), count: await owedIn(name) })));
  return counted.filter(({ count }) => count > 0).sort((a, b) => a.account.localeCompare(b.account));
}

async function owedIn(name: string): Promise<number> {
  const db = await openDB(name);
  try {
    const stores = OWED.filter((store) => db.objectStoreNames.contains(store));
    return (await Promise.all(stores.map((store) => db.count(store)))).reduce((sum, count) => sum + count, 0);
  } finally {
    db.close();
  }
}
