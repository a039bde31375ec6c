/** A patient's latest 12-lead over the whole screen, with who read it as what. */
import { useEffect, useRef, useState } from "preact/hooks";
import { authorised } from "@shared/api.ts";
import { recordFrom, type EcgRecord } from "@shared/ecg/draw.ts";
import { TwelveLeadPicture } from "@shared/ecg/TwelveLeadPicture.tsx";
import { Readings } from "@shared/direct/Talk.tsx";
import { hhmm } from "@shared/format.ts";
import type { Ecg, Patient } from "@shared/rows.ts";
import { t } from "../texts.ts";

export function TwelveLead({ patient, ecg, onClose }: { patient: Patient; ecg: Ecg; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="twelve-lead" aria-label={t("wall.ecg.title", { patient: patient.code })} onCancel={onClose}>
      <header>
        <h2>{t("wall.ecg.title", { patient: patient.code })} · {hhmm(ecg.at)}</h2>
        {ecg.reading === null ? <p>{t("wall.ecg.unread")}</p> : <Readings ecg={ecg} />}
        <button type="button" class="step" onClick={onClose}>{t("ui.close")}</button>
      </header>
      <EcgSheet patientId={patient.id} ecg={ecg} />
    </dialog>
  );
}

export function EcgSheet({ patientId, ecg }: { patientId: string; ecg: Ecg }) {
  const [record, setRecord] = useState<EcgRecord | null | "missing">(null);
  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      try {
        const answer = await fetch(`/api/patients/${patientId}/ecgs/${ecg.id}`, { headers: authorised() });
        const found = answer.ok ? recordFrom(answer.headers, await answer.arrayBuffer()) : null;
        if (current) setRecord(found ?? "missing");
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        if (current) setRecord("missing");
      }
    };
    void load();
    return () => { current = false; };
  }, [patientId, ecg.id]);
  if (record === "missing") return <p class="no-ecg">{t("wall.ecg.missing")}</p>;
  if (record === null) return null;
  return <TwelveLeadPicture record={record} label={t("wall.ecg")} button="step" />;
}
