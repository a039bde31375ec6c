/** Take a photo for the record: made small, kept on the tablet, sent in pieces when the line bears it. */
import { useRef } from "preact/hooks";
import type { Patient } from "@shared/rows.ts";
import { ulid } from "@shared/ulid.ts";
import { smallJpeg } from "../../link/photo.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Key } from "./keys.tsx";

export function PhotoKey({ crew, patient }: { crew: Crew; patient: Patient }) {
  const camera = useRef<HTMLInputElement>(null);
  const waiting = crew.uplink.photos.value.filter((one) => one.patient_id === patient.id).length;
  const take = async (file: File): Promise<void> => {
    const jpeg = await smallJpeg(file);
    if (jpeg === null) return;
    await crew.uplink.addPhoto({ photo_id: ulid(), patient_id: patient.id, at: new Date(crew.link.serverNow()).toISOString(), jpeg: await jpeg.arrayBuffer() });
  };
  return (
    <>
      <Key label={t("crew.photo")} sub={waiting > 0 ? t("crew.photo.waiting", { count: waiting }) : t("crew.photo.taken", { count: patient.photos.length })} onTap={() => camera.current?.click()} />
      <input ref={camera} type="file" accept="image/*" capture="environment" hidden aria-label={t("crew.photo")} onChange={(event) => {
        const file = event.currentTarget.files?.[0];
        event.currentTarget.value = "";
        if (file !== undefined) void take(file);
      }} />
    </>
  );
}
