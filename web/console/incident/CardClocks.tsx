import { hhmmss } from "@shared/format.ts";
import type { Incident, Patient } from "@shared/rows.ts";
import { CLOCKS, type StepCard } from "../logic/step_cards.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { Since } from "../ui/Timer.tsx";

interface Props {
  readonly card: StepCard;
  readonly patient: Patient;
  readonly incident: Incident;
}

/** The minutes of one card: when each was, or the key that registers it now; the clock runs from the first ring. */
export function CardClocks({ card, patient, incident }: Props) {
  const { actions, link } = useDesk();
  const points = CLOCKS[card];
  if (points.length === 0) return null;
  const open = points.some((point) => patient.points[point] === undefined);
  return (
    <p class="card-clocks">
      {open && <span><span class="faint">{t("card.since_call")}</span> <Since at={incident.opened_at} /></span>}
      {points.map((point) => {
        const known = patient.points[point];
        return known === undefined
          ? <button key={point} type="button" class="small" onClick={() => void actions.registerPoint(patient, point, new Date(link.serverNow()))}>{t(`timepoint.${point}`)}</button>
          : <span key={point}>{t(`timepoint.${point}`)} <time dateTime={known.at}>{hhmmss(known.at)}</time></span>;
      })}
    </p>
  );
}
