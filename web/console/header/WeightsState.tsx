import { hhmm } from "@shared/format.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { ageWord } from "../words.ts";

/** Says when the travel times are no longer those of today's roads: the last rebuild failed, the old ones go on serving. */
export function WeightsState() {
  const { weights, now } = useDesk();
  const shown = weights.value;
  if (shown === null || shown.failed_at === null) return null;
  const since = shown.as_of ?? shown.failed_at;
  const age = ageWord((now.value - Date.parse(since)) / 1000);
  return <span class="chip weights-old" role="alert">{t("console.roads.weights_old", { time: hhmm(since), age })}</span>;
}
