import { GROUPS, byCallSign, groupOf, matches } from "../logic/unit_filter.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { useRoving } from "../ui/roving.ts";
import { UnitCard } from "./UnitCard.tsx";
import { UnitRow } from "./UnitRow.tsx";

/** Every unit, always in the order of its call sign: the board never moves under the finger. */
export function UnitZone() {
  const { link, selection } = useDesk();
  const roving = useRoving<HTMLUListElement>();
  const all = [...link.tables.units.value.values()].sort(byCallSign);
  const filter = selection.filter.value;
  const shown = all.filter((unit) => matches(unit, filter, t(`status.${unit.status}`)));
  const chosen = link.tables.units.value.get(selection.unitId.value ?? "");
  return (
    <section class="zone units" data-zone="units" aria-label={t("console.zone.units")}>
      <div class="unit-groups" role="group" aria-label={t("console.zone.units")}>
        {GROUPS.map((group) => (
          <button type="button" key={group} aria-pressed={filter.group === group && filter.status === null} onClick={() => (selection.filter.value = { ...filter, group, status: null })}>
            {t(`console.units.group.${group}`)} <span class="tally">{group === "all" ? all.length : all.filter((unit) => groupOf(unit) === group).length}</span>
          </button>
        ))}
      </div>
      <div class="unit-search">
        <input type="search" aria-label={t("console.units.filter")} placeholder={t("console.units.filter")} value={filter.words} onInput={(e) => (selection.filter.value = { ...filter, words: e.currentTarget.value })} />
        {filter.status !== null && (
          <button type="button" class="small" onClick={() => (selection.filter.value = { ...filter, status: null })}>{t(`status.${filter.status}`)} ✕</button>
        )}
      </div>
      {chosen !== undefined && <UnitCard unit={chosen} />}
      <ul class="scroll unit-list" ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={roving.onFocusIn}>
        {shown.length === 0 && <li class="nothing">{t("console.units.none")}</li>}
        {shown.map((unit) => <li key={unit.id}><UnitRow unit={unit} /></li>)}
      </ul>
    </section>
  );
}
