import { countByStatus, EVERYTHING, STATUS_ORDER } from "../logic/unit_filter.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { StatusMark } from "../ui/StatusMark.tsx";

/** How many units stand where; a click shows just those on the board. */
export function StatusCounts() {
  const { link, selection } = useDesk();
  const counts = countByStatus(link.tables.units.value.values());
  const { status: chosen } = selection.filter.value;
  return (
    <div class="counts" role="group" aria-label={t("console.zone.units")}>
      {STATUS_ORDER.filter((status) => status === "available" || counts.has(status)).map((status) => (
        <button
          type="button"
          key={status}
          class="count"
          aria-pressed={chosen === status}
          title={t(`status.${status}`)}
          onClick={() => {
            selection.filter.value = chosen === status ? EVERYTHING : { ...EVERYTHING, status };
            selection.zone.value = "units";
          }}
        >
          <StatusMark status={status} />
          <span class="count-word">{t(`status.${status}`)}</span>
          <strong>{counts.get(status) ?? 0}</strong>
        </button>
      ))}
    </div>
  );
}
