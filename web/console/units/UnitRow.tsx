import { hhmm } from "@shared/format.ts";
import type { Unit } from "@shared/rows.ts";
import { missingCrew } from "../logic/unit_filter.ts";
import { useDesk } from "../store/desk.ts";
import { listed, t } from "../texts.ts";
import { StatusMark } from "../ui/StatusMark.tsx";
import { Since } from "../ui/Timer.tsx";

/** One unit in a line: call sign, status as shape and word, time in it; a second line only when something keeps it from going. */
export function UnitRow({ unit }: { readonly unit: Unit }) {
  const { selection } = useDesk();
  const note = hindrance(unit);
  return (
    <button type="button" data-roving={unit.id} class={`unit-row unit-${unit.status}`} aria-current={selection.unitId.value === unit.id || undefined} onClick={() => selection.showUnit(unit.id)}>
      <StatusMark status={unit.status} />
      <strong class="unit-sign">{unit.call_sign}</strong>
      <span class="unit-status">{t(`status.${unit.status}`)}</span>
      <span class={`unit-station ${note === "" ? "" : "unit-note"}`}>{note === "" ? unit.station_name : note}</span>
      <Since at={unit.status_since} />
    </button>
  );
}

/** Why a unit cannot be sent: no whole crew, or out of service and until when. */
export function hindrance(unit: Unit): string {
  if (unit.status === "out_of_service") {
    const until = unit.out_until === null ? "" : ` ${t("console.units.until", { time: hhmm(unit.out_until) })}`;
    if (unit.out_reason !== null) return `${t.code("console.out_reason", unit.out_reason)}${until}`;
  }
  const missing = missingCrew(unit.crew);
  if (missing.length === 0 || (unit.status !== "available" && unit.status !== "out_of_service")) return "";
  return t("console.units.crew_missing", { roles: listed(missing.map((role) => t.code("console.crew", role))) });
}
