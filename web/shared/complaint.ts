/** What a caller complains of: the closed list, and a guess from their words that chooses questions only. Pure. */

export const COMPLAINTS = [
  "chest_pain", "stroke_signs", "trauma", "breathing", "unconscious", "seizure", "choking", "poisoning", "bleeding",
  "abdominal_pain", "pregnancy", "newborn", "sick_child", "mental_health", "minor", "other",
] as const;
export type Complaint = (typeof COMPLAINTS)[number];

export function isComplaint(word: string): word is Complaint {
  return (COMPLAINTS as readonly string[]).includes(word);
}

/** Guess the complaint from words, by its names in either language; nothing is recorded by it. */
export function guessComplaint(words: string | null, namesOf: (complaint: Complaint) => readonly string[]): Complaint | null {
  if (words === null) return null;
  const lower = words.toLowerCase();
  const found = COMPLAINTS.find((complaint) => complaint === lower || namesOf(complaint).some((name) => lower.includes(name.toLowerCase())));
  return found ?? null;
}
