import { hhmmss } from "@shared/format.ts";
import { signOut } from "@shared/session.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { numbered } from "../words.ts";
import { LanguageSwitch } from "./LanguageSwitch.tsx";
import { LinkState } from "./LinkState.tsx";
import { StatusCounts } from "./StatusCounts.tsx";
import { WallsState } from "./WallsState.tsx";
import { WeightsState } from "./WeightsState.tsx";

/** Who and when, how alive the data is, how the fleet stands. */
export function TopBar() {
  const desk = useDesk();
  const speed = desk.link.speed.value;
  return (
    <header class="topbar">
      <h1>{t("console.title")}</h1>
      <time class="topbar-clock">{hhmmss(desk.now.value)}</time>
      <LinkState />
      <WeightsState />
      <WallsState />
      {speed !== 1 && <span class="chip">{t("console.speed", { speed })}</span>}
      {desk.city.value?.fictional === true && <span class="chip chip-strong">{t("app.fictional")}</span>}
      {!desk.sounder.armed.value && <span class="chip" title={t("console.sound_off.hint")}>{t("console.sound_off")}</span>}
      <StatusCounts />
      <strong class="topbar-who" title={desk.session.account}>{numbered(desk.session.role as "dispatcher", desk.session.account)}</strong>
      <button type="button" class="quiet" aria-haspopup="dialog" onClick={() => (desk.selection.help.value = true)}>
        <kbd>?</kbd> <span class="wide-only">{t("console.verb.?")}</span>
      </button>
      <LanguageSwitch />
      <button type="button" class="quiet" onClick={() => void signOut()}>{t("sign.out")}</button>
    </header>
  );
}
