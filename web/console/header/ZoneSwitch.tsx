import { useDesk } from "../store/desk.ts";
import { ZONES } from "../store/selection.ts";
import { t } from "../texts.ts";

/** In a small or enlarged window one zone shows at a time; this chooses which. */
export function ZoneSwitch() {
  const { selection } = useDesk();
  return (
    <nav class="zone-switch" aria-label={t("console.title")}>
      {ZONES.map((zone) => (
        <button type="button" key={zone} aria-current={selection.zone.value === zone ? "page" : undefined} onClick={() => (selection.zone.value = zone)}>
          {t(`console.zone.${zone}`)}
        </button>
      ))}
    </nav>
  );
}
