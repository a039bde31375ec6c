import { useState } from "preact/hooks";
import type { CenterOption, OverRegion } from "@shared/answers.ts";
import type { Incident, Patient } from "@shared/rows.ts";
import { mostlyFirst, overRow } from "../logic/over_region.ts";
import { useDesk } from "../store/desk.ts";
import { usePatient } from "../store/patient.ts";
import { both, colon, t } from "../texts.ts";
import { useHeldOrder } from "../ui/held_order.ts";
import { useRoving } from "../ui/roving.ts";
import { UpdatesNote } from "../ui/UpdatesNote.tsx";
import { ActivationCard } from "./ActivationCard.tsx";
import { CenterSays } from "./CenterSays.tsx";
import { EndedActivations } from "./EndedActivations.tsx";
import { ConsultCard, DirectCard } from "./DirectCard.tsx";
import { CenterRow } from "./CenterRow.tsx";
import { HandoffCard } from "./HandoffCard.tsx";
import { PatientBar } from "./PatientBar.tsx";
import { PlanList } from "./PlanList.tsx";

const idOf = (option: CenterOption): string => option.center_id;
const NONE: readonly CenterOption[] = [];
const FIRST_CENTERS = 5;

/** Where to: the decision and its activation above, the silent preview below. */
export function HospitalTab({ incident }: { readonly incident: Incident }) {
  const patient = usePatient(incident);
  return (
    <>
      <PatientBar incident={incident} patient={patient} />
      {patient !== null && <Destination patient={patient} incident={incident} />}
      {patient !== null && <Preview key={patient.id} patient={patient} incident={incident} />}
    </>
  );
}

function Destination({ patient, incident }: { readonly patient: Patient; readonly incident: Incident }) {
  const { link } = useDesk();
  const center = link.tables.centers.value.get(patient.center_id ?? "");
  const activation = link.tables.activations.value.get(patient.activation_id ?? "");
  return (
    <section class="card destination" aria-label={t("console.center.chosen")}>
      <p>
        {t("console.center.chosen")}{colon()}
        {center === undefined ? <span class="faint">{t("console.center.not_chosen")}</span> : <strong>{center.name}</strong>}
        {patient.chosen_by !== null && <span class="faint"> · {t.code("console.center.chosen_by", patient.chosen_by)}{patient.choice_reason === null ? "" : `${colon()}${patient.choice_reason}`}{patient.risk_told ? ` · ${t("console.center.risk_told")}` : ""}</span>}
      </p>
      {center !== undefined && <CenterSays center={center} />}
      {activation !== undefined && <ActivationCard activation={activation} />}
      <EndedActivations patient={patient} />
      {activation !== undefined && <DirectCard patient={patient} activation={activation} />}
      <ConsultCard patient={patient} />
      <HandoffCard patient={patient} activation={activation} />
      <PlanList patient={patient} incident={incident} />
    </section>
  );
}

/** Whether the nearest of the offered centres depends on where exactly. */
function NearestNote({ region, centers }: { readonly region: OverRegion; readonly centers: readonly CenterOption[] }) {
  const first = mostlyFirst(region);
  if (first === undefined) return null;
  const center = centers.find(({ center_id }) => center_id === first.id)?.name ?? first.id;
  return (
    <p class={`region-note ${region.choice_changes ? "region-open" : "region-sure"}`}>
      {t(region.choice_changes ? "console.advice.region.centers_depend" : "console.advice.region.centers_same", { percent: Math.round(100 * first.first_share), center })}
    </p>
  );
}

function Preview({ patient, incident }: { readonly patient: Patient; readonly incident: Incident }) {
  const { advisor } = useDesk();
  const [all, setAll] = useState(false);
  const advice = advisor.current.value;
  const mine = advice.state === "ready" && advice.incidentId === incident.id ? advice.advice.patients.find(({ patient_id }) => patient_id === patient.id) : undefined;
  const centers = mine?.centers ?? NONE;
  const order = useHeldOrder(centers, idOf, patient.id);
  const roving = useRoving<HTMLOListElement>(order.take);
  return (
    <section class="advice centers" aria-label={t("console.advice.centers")} {...order.watch}>
      <h3>{t("console.advice.centers")} {mine?.strength != null && <span class="faint">{t(`strength.${mine.strength}`)}</span>} <UpdatesNote count={order.pending} onTake={order.take} /></h3>
      {mine?.region != null && centers.length > 0 && <NearestNote region={mine.region} centers={centers} />}
      {centers.length === 0 && <p class="nothing">{t(advice.state === "loading" ? "console.advice.loading" : "console.advice.centers.none")}</p>}
      <ol ref={roving.ref} onKeyDown={roving.onKeyDown} onFocusIn={roving.onFocusIn}>
        {order.rows.slice(0, all ? undefined : FIRST_CENTERS).map((option) => <CenterRow key={option.center_id} option={option} patient={patient} over={overRow(mine?.region ?? null, option.center_id)} />)}
      </ol>
      {!all && order.rows.length > FIRST_CENTERS && <button type="button" class="small" onClick={() => setAll(true)}>{t("console.advice.more_centers", { count: order.rows.length - FIRST_CENTERS })}</button>}
      {mine !== undefined && mine.advice.map((each) => <p key={each.code} class="advice-line">{both(each)}</p>)}
      {mine !== undefined && mine.why_not.length > 0 && (
        <div class="why-not">
          <h4>{t("console.advice.excluded")}</h4>
          <ul>{mine.why_not.map((each) => <li key={each.center_id}><strong>{each.name}</strong> {both(each.reason)}</li>)}</ul>
        </div>
      )}
    </section>
  );
}
