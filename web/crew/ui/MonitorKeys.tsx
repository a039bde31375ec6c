/** Bind a monitor by confirmation: until then its trace belongs to nobody and is shown to nobody. */
import { useState } from "preact/hooks";
import type { Patient } from "@shared/rows.ts";
import { address, isAddress, setAddress } from "../monitor/line.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { Key, Sheet } from "./keys.tsx";

/** The vehicle's own monitor, as its gateway names it; without one a site names its devices after the unit. */
export function deviceOf(crew: Crew): string {
  return crew.bedside.line.device.value ?? `MON-${crew.unitId}`;
}

export function MonitorKeys({ crew, patient }: { crew: Crew; patient: Patient }) {
  const [asking, setAsking] = useState(false);
  const device = patient.device_id ?? deviceOf(crew);
  const close = (): void => setAsking(false);
  return (
    <div class="monitor-keys">
      <Key label={patient.device_id === null ? t("crew.monitor.bind") : t("crew.monitor.bound")} sub={device} pressed={patient.device_id !== null} onTap={() => setAsking(true)} />
      <GatewayKey crew={crew} />
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

/** Whether the monitor is heard, and where its gateway is: set once per vehicle. */
export function GatewayKey({ crew }: { crew: Crew }) {
  const [written, setWritten] = useState<string | null>(null);
  const { state, device } = crew.bedside.line;
  const said = device.value !== null ? t("crew.gateway.heard", { device: device.value }) : t(`crew.gateway.${state.value}`);
  const close = (): void => setWritten(null);
  const wanted = (written ?? "").trim();
  return (
    <>
      <Key label={t("crew.gateway")} sub={said} onTap={() => setWritten(address.value)} />
      {written !== null && (
        <Sheet title={t("crew.gateway")} onClose={close}>
          <label class="names">{t("crew.gateway.address")}<input value={written} onInput={(event) => setWritten(event.currentTarget.value)} placeholder="ws://127.0.0.1:7125/" inputMode="url" autocomplete="off" /></label>
          <p class="say">{said}</p>
          <div class="key-grid two">
            <Key label={t("ui.confirm")} kind="main" disabled={wanted !== "" && !isAddress(wanted)} onTap={() => {
              setAddress(wanted);
              close();
            }} />
            <Key label={t("ui.cancel")} onTap={close} />
          </div>
        </Sheet>
      )}
    </>
  );
}
