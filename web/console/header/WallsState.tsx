import { useDesk } from "../store/desk.ts";
import { listed, t } from "../texts.ts";

/** How many departments' walls are lost: quiet, for where somebody is expected a phone task stands. */
export function WallsState() {
  const lost = [...useDesk().link.tables.centers.value.values()].filter(({ wall }) => wall?.phase === "lost");
  if (lost.length === 0) return null;
  return <span class="chip" title={listed(lost.map(({ name }) => name))}>{t("console.walls.lost", { count: lost.length })}</span>;
}
