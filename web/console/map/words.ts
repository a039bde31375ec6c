/** Where words go beside marks. Pure: sizes in, boxes out. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}

/** The places already taken by words: first come, first served. */
export class Ground {
  readonly #taken: Box[] = [];

  take(box: Box): void {
    this.#taken.push(box);
  }

  /** Take the place if it is free; false leaves everything as it was. */
  takeIfFree(box: Box): boolean {
    if (this.#taken.some((other) => overlap(box, other))) return false;
    this.#taken.push(box);
    return true;
  }
}

/** Break a name into lines no wider than `most`; Chinese breaks anywhere, Latin between words, a longer word stands alone. */
export function lines(name: string, most: number, width: (text: string) => number): string[] {
  const pieces = name.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/gu) ?? [];
  const broken: string[] = [];
  let line = "";
  for (const piece of pieces) {
    if (line !== "" && width((line + piece).trim()) > most) {
      broken.push(line.trim());
      line = "";
    }
    line += piece;
  }
  return line.trim() === "" ? broken : [...broken, line.trim()];
}
