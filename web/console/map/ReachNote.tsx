import { REACH_MINUTES } from "../store/reach.ts";
import { useDesk } from "../store/desk.ts";
import { both, t } from "../texts.ts";

/** Which reach the map shows, or why none. */
export function ReachNote() {
  const { reach } = useDesk();
  const said = reach.said.value;
  if (said.state === "off") return null;
  return <p class="map-reach" role="status">{said.state === "refused" ? both(said.why) : t(`console.reach.${said.state}`, { of: "of" in said ? said.of : "", minutes: REACH_MINUTES.join(" / ") })} <kbd>F10</kbd></p>;
}
