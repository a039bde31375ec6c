/** Orders over every page until they are read, and the talk with hospital and physicians on a sheet of its own. */
import { unread, type OrderAnswer } from "@shared/direct/model.ts";
import type { Order } from "@shared/direct/rows.ts";
import { SendReader } from "@shared/direct/SendReader.tsx";
import { Consulting, LineForm, Lines, Orders } from "@shared/direct/Talk.tsx";
import type { Patient } from "@shared/rows.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Key, Sheet } from "./keys.tsx";

const QUICK = ["crew.talk.left", "crew.talk.stable", "crew.talk.worse", "crew.talk.ready"] as const;

function answer(crew: Crew, patientId: string, order: Order, said: OrderAnswer): void {
  void crew.do("answer-order", { patient_id: patientId, order_id: order.id, ...said });
}

/** What nobody has read yet, whatever page is open and whichever patient it is for. */
export function OrderBar({ crew }: { crew: Crew }) {
  const waiting = crew.rows.value.patients.flatMap((patient) => unread(patient.orders).map((order) => ({ patient, order })));
  const first = waiting[0];
  if (first === undefined) return null;
  return (
    <div class="order-bar" role="alert">
      <p>{t("crew.order.new", { patient: first.patient.code })}{waiting.length > 1 && ` (+${waiting.length - 1})`}</p>
      <Orders key={first.order.id} orders={[first.order]} nowMs={crew.now.value} button="key" onAnswer={(order, said) => answer(crew, first.patient.id, order, said)} />
    </div>
  );
}

export function TalkKey({ patient, onTap }: { patient: Patient; onTap: () => void }) {
  const last = patient.lines.at(-1);
  return <Key label={t("crew.talk")} sub={last === undefined ? t("crew.talk.sub") : (last.text ?? "").slice(0, 24)} onTap={onTap} />;
}

export function TalkSheet({ crew, patient, onClose }: { crew: Crew; patient: Patient; onClose: () => void }) {
  const write = (text: string): void => void crew.do("write-to-team", { patient_id: patient.id, text });
  const links = patient.reader_link_ids.flatMap((id) => crew.link.tables.reader_links.value.get(id) ?? []);
  return (
    <Sheet title={t("crew.talk")} onClose={onClose}>
      <Consulting patient={patient} />
      <Orders orders={patient.orders} nowMs={crew.now.value} button="key" onAnswer={(order, said) => answer(crew, patient.id, order, said)} />
      <Lines lines={patient.lines} />
      <div class="key-grid four">{QUICK.map((key) => <Key key={key} label={t(key)} onTap={() => write(t(key))} />)}</div>
      <LineForm button="key" onSend={write} />
      {patient.specialists.length === 0 && patient.advice_wanted === null && <Key label={t("crew.advice")} sub={t("crew.advice.sub")} onTap={() => void crew.do("request-advice", { patient_id: patient.id })} />}
      <h3>{t("crew.reader")}</h3>
      <SendReader patientId={patient.id} links={links} button="key" />
    </Sheet>
  );
}
