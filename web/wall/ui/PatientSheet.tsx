/** One patient over the whole wall: the door and the way to it, consent, papers; what a tile has no room for. */
import { useEffect, useRef } from "preact/hooks";
import { hhmm } from "@shared/format.ts";
import { DoorForm, DoorLine, WayForm, WayText } from "@shared/direct/Door.tsx";
import { AfterHandoff, AskedMinutes, HandoffLines } from "@shared/direct/Handoff.tsx";
import { doorNow } from "@shared/direct/model.ts";
import { ConsentForm, ConsentLines, RegistrationForm, RegistrationLine } from "@shared/direct/Papers.tsx";
import { CrewPhotos } from "@shared/direct/Photos.tsx";
import { both } from "@shared/texts.ts";
import { SendReader } from "@shared/direct/SendReader.tsx";
import { Consulting, LineForm, Lines, OrderForm, Orders, Readings } from "@shared/direct/Talk.tsx";
import type { Patient } from "@shared/rows.ts";
import { hasEnded, type Tile } from "../model/tiles.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";

const BUTTON = "step";

export function PatientSheet({ wall, tile, onClose }: { wall: Wall; tile: Tile; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { activation, patient } = tile;
  const center = wall.link.tables.centers.value.get(activation.center_id);
  const where = doorNow(activation);
  const live = !hasEnded(tile) && activation.phase !== "accepted";
  return (
    <dialog ref={dialog} class="patient-sheet" aria-label={t("wall.patient", { patient: patient?.code ?? "—" })} onCancel={onClose}>
      <header>
        <h2>{t("wall.patient", { patient: patient?.code ?? "—" })}{tile.unit !== null && ` · ${tile.unit.call_sign}`} · {hhmm(activation.sent_at)}</h2>
        <button type="button" class="step" onClick={onClose}>{t("ui.close")}</button>
      </header>
      <div class="patient-parts">
        <section>
          <DoorLine activation={activation} />
          {live && <DoorForm activation={activation} ask={wall.ask} button={BUTTON} />}
          {center !== undefined && <WayText center={center} where={where} nowMs={wall.now.value} />}
          {center !== undefined && <WayForm key={where} center={center} where={where} ask={wall.ask} button={BUTTON} />}
        </section>
        {patient !== null && (
          <section>
            <CrewPhotos patient={patient} />
            <ConsentLines patient={patient} />
            <details><summary>{t("wall.consent.enter")}</summary><ConsentForm patient={patient} door={where} ask={wall.ask} button={BUTTON} /></details>
            <RegistrationLine patient={patient} />
            <RegistrationForm patient={patient} ask={wall.ask} button={BUTTON} />
          </section>
        )}
        {patient !== null && patient.handoff !== null && (
          <section>
            <h3>{t("wall.handoff")}</h3>
            <HandoffLines handoff={patient.handoff} />
            <AfterHandoff patient={patient} ask={wall.ask} button={BUTTON} />
            <AskedMinutes patient={patient} rows={wall.registers.value.get(patient.id) ?? []} side="department" nowMs={wall.now.value} ask={wall.ask} button={BUTTON} />
          </section>
        )}
        {patient !== null && <Consult wall={wall} tile={tile} patient={patient} live={live} />}
      </div>
      {wall.refusal.value !== null && <p class="refusal" role="alert">{both(wall.refusal.value.text)}</p>}
    </dialog>
  );
}

/** Orders and talk with the crew and the physicians who joined; and a page for one who has no account. */
function Consult({ wall, tile, patient, live }: { wall: Wall; tile: Tile; patient: Patient; live: boolean }) {
  const links = patient.reader_link_ids.flatMap((id) => wall.link.tables.reader_links.value.get(id) ?? []);
  return (
    <>
      <section>
        <h3>{t("wall.orders")}</h3>
        <Orders orders={patient.orders} nowMs={wall.now.value} button={BUTTON} onWithdraw={(order) => void wall.ask("withdraw-order", { patient_id: patient.id, order_id: order.id })} />
        {!hasEnded(tile) && patient.outcome === null && <OrderForm button={BUTTON} asksWho onGive={(code, dose, note, physician) => void wall.ask("give-order", { patient_id: patient.id, code, dose, note, physician })} />}
        {patient.ecgs.slice(-1).map((ecg) => <Readings key={ecg.id} ecg={ecg} />)}
        <Consulting patient={patient} />
        {live && patient.specialists.length === 0 && patient.advice_wanted === null && <button type="button" class="step" onClick={() => void wall.ask("request-advice", { patient_id: patient.id })}>{t("wall.advice")}</button>}
        {live && <SendReader patientId={patient.id} links={links} button={BUTTON} />}
      </section>
      <section>
        <h3>{t("wall.talk")}</h3>
        <Lines lines={patient.lines} />
        {!hasEnded(tile) && <LineForm button={BUTTON} onSend={(text) => void wall.ask("write-to-team", { patient_id: patient.id, text })} />}
      </section>
    </>
  );
}
