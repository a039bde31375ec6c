/** What the crew photographed: the scene, a drug box, an earlier record. Only who looks after the patient gets it. */
import { hhmm } from "../format.ts";
import { Picture } from "../Picture.tsx";
import type { Patient } from "../rows.ts";
import { t } from "./texts.ts";

export function CrewPhotos({ patient }: { readonly patient: Pick<Patient, "id" | "photos"> }) {
  if (patient.photos.length === 0) return null;
  return (
    <div class="pictures" role="group" aria-label={t("photo.title")}>
      {patient.photos.map((each) => <Picture key={each.id} path={`/api/patients/${patient.id}/photos/${each.id}`} alt={t("photo.at", { at: hhmm(each.at) })} missing={t("photo.missing")} />)}
    </div>
  );
}
