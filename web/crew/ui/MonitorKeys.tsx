/** Bind a monitor by confirmation: until then its trace belongs to nobody and is shown to nobody. */
import { useState } from "preact/hooks";
import type { Patient } from "@shared/rows.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Key, Sheet } from "./keys.tsx";

/** The vehicle's own monitor; a site names its devices after the unit. */
export function deviceOf(crew: Crew): string {
  return `MON-${crew.unitId}`;
}

export function MonitorKeys({ crew, patient }: { crew: Crew; patient: Patient }) {
  const [asking, setAsking] = useState(false);
  const device = patient.device_id ?? deviceOf(crew);
  const close = (): void => setAsking(false);
  return (
    <div class="monitor-keys">
      <Key label={patient.device_id === null ? t("crew.monitor.bind") : t("crew.monitor.bound")} sub={device} pressed={patient.device_id !== null} onTap={() => setAsking(true)} />
      {asking && (
        <Sheet title={t("crew.monitor.title")} onClose={close}>
          <p class="say">{t(patient.device_id === null ? "crew.monitor.ask" : "crew.monitor.ask_off", { device, patient: patient.code })}</p>
          <div class="key-grid two">
            <Key label={t(patient.device_id === null ? "crew.monitor.yes" : "crew.monitor.off")} kind="main" onTap={() => {
              void crew.do(patient.device_id === null ? "bind-monitor" : "unbind-monitor", { patient_id: patient.id, device_id: device });
              close();
            }} />
            <Key label={t("ui.cancel")} onTap={close} />
          </div>
        </Sheet>
      )}
    </div>
  );
}
