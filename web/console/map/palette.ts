/** The map's colours: darker and greyer than anything that stands on it. Canvas and GL cannot read custom properties by themselves. */

export const PALETTE = {
  land: "#171c21",
  water: "#1c2a35",
  green: "#1a2422",
  hospitalGrounds: "#262a33",
  building: "#1e252b",
  district: "#3d4852",
  casing: "#12161a",
  roads: { minor: "#28313a", tertiary: "#303a43", secondary: "#37434d", primary: "#414e59", trunk: "#4c5a66" },
  rail: "#2d353d",
  label: "#a3afb9",
  labelFaint: "#86929d",
  labelHalo: "#12161a",
} as const;

/** Read a custom property of tokens.css. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
