/** ULIDs: 48 bits of time, 80 bits of chance, Crockford base 32. `crypto.randomUUID` does not exist on plain-HTTP pages. */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function ulidFrom(ms: number, chance: Uint8Array): string {
  if (chance.length < 16) throw new RangeError("a ULID needs 16 random bytes, five bits of each are used");
  let time = "";
  for (let rest = Math.floor(ms), i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = ALPHABET.charAt(rest % 32) + time;
  let tail = "";
  for (let i = 0; i < 16; i++) tail += ALPHABET.charAt((chance[i] ?? 0) & 31);
  return time + tail;
}

export function ulid(): string {
  return ulidFrom(Date.now(), crypto.getRandomValues(new Uint8Array(16)));
}
