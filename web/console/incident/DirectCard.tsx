import { DoorForm, DoorLine, WayText } from "@shared/direct/Door.tsx";
import { doorNow } from "@shared/direct/model.ts";
import { ConsentLines, RegistrationForm, RegistrationLine } from "@shared/direct/Papers.tsx";
import { CrewPhotos } from "@shared/direct/Photos.tsx";
import { SendReader } from "@shared/direct/SendReader.tsx";
import { Consulting, LineForm, Lines, OrderForm, Orders, Readings } from "@shared/direct/Talk.tsx";
import type { Activation, Patient } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";

/** The door, the way to it, consent and papers as everybody sees them; a seat enters the hospital's word by telephone. */
export function DirectCard({ patient, activation }: { readonly patient: Patient; readonly activation: Activation }) {
  const desk = useDesk();
  const center = desk.link.tables.centers.value.get(activation.center_id);
  const live = activation.ended_at === null && activation.phase !== "accepted";
  const door = doorNow(activation);
  return (
    <div class="direct" aria-label={t("console.direct")}>
      <DoorLine activation={activation} />
      {live && center !== undefined && desk.may("choose-door") && <DoorForm activation={activation} ask={(slug, data) => desk.records.byPhoneOf(center, slug, data)} button="small" />}
      {center !== undefined && door !== "ed" && <WayText center={center} where={door} nowMs={desk.now.value} />}
      <ConsentLines patient={patient} />
      <RegistrationLine patient={patient} />
      {center !== undefined && desk.may("pre-register") && <RegistrationForm patient={patient} ask={(slug, data) => desk.records.byPhoneOf(center, slug, data)} button="small" />}
    </div>
  );
}

/** Orders, talk and remote physicians of one patient; a seat writes too, and orders in a physician's name by telephone. */
export function ConsultCard({ patient }: { readonly patient: Patient }) {
  const desk = useDesk();
  const links = patient.reader_link_ids.flatMap((id) => desk.link.tables.reader_links.value.get(id) ?? []);
  return (
    <details class="consult" open={patient.lines.length + patient.orders.length + patient.photos.length > 0}>
      <summary>{t("console.consult")}</summary>
      <Consulting patient={patient} />
      <CrewPhotos patient={patient} />
      {patient.ecgs.slice(-1).map((ecg) => <Readings key={ecg.id} ecg={ecg} />)}
      <Orders
        orders={patient.orders} nowMs={desk.now.value} button="small"
        onAnswer={desk.may("answer-order") ? (order, said) => void desk.records.answerOrder(patient, order, said) : undefined}
        onWithdraw={desk.may("withdraw-order") ? (order) => void desk.records.withdrawOrder(patient, order) : undefined}
      />
      {patient.center_id !== null && patient.outcome === null && desk.may("give-order") && <OrderForm button="small" asksWho onGive={(code, dose, note, physician) => void desk.records.order(patient, code, dose, note, physician)} />}
      <Lines lines={patient.lines} />
      {desk.may("write-to-team") && <LineForm button="small" onSend={(text) => void desk.records.toTeam(patient, text)} />}
      {desk.may("write-to-team") && <SendReader patientId={patient.id} links={links} button="small" />}
    </details>
  );
}
