/** Dark for the night, light for the sun: chosen by hand and remembered, because light sensors are wrong inside a vehicle. */
import { effect, signal } from "@preact/signals";
import { t } from "../texts.ts";
import { Key } from "./keys.tsx";

const KEY = "gc.crew.theme";
const theme = signal<"night" | "day">(localStorage.getItem(KEY) === "day" ? "day" : "night");

effect(() => {
  localStorage.setItem(KEY, theme.value);
  document.documentElement.dataset["theme"] = theme.value;
});

export function ThemeKey() {
  const other = theme.value === "day" ? "night" : "day";
  return <Key label={t(`crew.theme.${other}`)} onTap={() => { theme.value = other; }} />;
}
