import { age, hhmmss } from "@shared/format.ts";
import { useDesk } from "../store/desk.ts";
import { lang, t } from "../texts.ts";

/** Below this age the data is as fresh as it gets: no number to read. */
const FRESH_MS = 6_000;

/** How alive the screen is, and how old what it shows. */
export function LinkState() {
  const { link, now } = useDesk();
  void now.value; // the age grows by itself
  const state = link.state.value;
  const old = link.dataAge();
  return (
    <span class={`link link-${state}`} role="status">
      <span class="link-dot" aria-hidden="true" />
      {t(`link.${state}`)}
      {old > FRESH_MS && <span class="link-age">{t("link.age", { age: age(old, lang.value) })}</span>}
    </span>
  );
}

/** When the link is gone, the whole width says so: a frozen screen looks like a quiet night. */
export function LinkBanner() {
  const { link, now } = useDesk();
  if (link.state.value !== "offline") return null;
  if (!link.ready.value) return <p class="banner alarm-high" role="alert">{t("console.link.banner_empty")}</p>;
  const shown = now.value - link.dataAge() * link.speed.value;
  return <p class="banner alarm-high" role="alert">{t("console.link.banner", { time: hhmmss(shown) })}</p>;
}
