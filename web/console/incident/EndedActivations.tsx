import { hhmmss } from "@shared/format.ts";
import type { Patient } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { colon, t } from "../texts.ts";

/** Centres that expected this patient and do not any more: why, and whether hospital and crew have read it. */
export function EndedActivations({ patient }: { readonly patient: Patient }) {
  const { link } = useDesk();
  const rows = [...link.tables.activations.value.values()].filter((each) => each.patient_id === patient.id && each.ended_at !== null && each.phase !== "accepted");
  if (rows.length === 0) return null;
  return (
    <ul class="holds">
      {rows.map((each) => (
        <li key={each.id}>
          <strong>{link.tables.centers.value.get(each.center_id)?.name ?? "—"}</strong> {t(`activation.${each.phase}`)}{each.end_reason === null ? "" : `${colon()}${each.end_reason}`}
          <span class={each.center_knows_at === null ? "silent" : "faint"}>{t("console.end.center")} {each.center_knows_at === null ? t("console.end.not_yet") : hhmmss(each.center_knows_at)}</span>
          <span class={each.crew_knows_at === null ? "silent" : "faint"}>{t("console.end.crew")} {each.crew_knows_at === null ? t("console.end.not_yet") : hhmmss(each.crew_knows_at)}</span>
        </li>
      ))}
    </ul>
  );
}
