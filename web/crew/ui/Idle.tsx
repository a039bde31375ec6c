/** Between runs: sign on as a crew, or wait calmly. */
import { useState } from "preact/hooks";
import { signOut } from "@shared/session.ts";
import { session } from "@shared/signed_in.ts";
import { LangKey } from "@shared/sign_in.tsx";
import type { Crew } from "../state.ts";
import { askForPosition, permission } from "../position.ts";
import { t } from "../texts.ts";
import { Key } from "./keys.tsx";
import { LeftBehind } from "./LeftBehind.tsx";
import { GatewayKey } from "./MonitorKeys.tsx";
import { ThemeKey } from "./theme.tsx";

const ROLES = ["doctor", "nurse", "driver"] as const;

export function SignOn({ crew }: { crew: Crew }) {
  const [aboard, setAboard] = useState<readonly string[]>([...ROLES]);
  const [names, setNames] = useState("");
  const turn = (role: string): void => setAboard(aboard.includes(role) ? aboard.filter((one) => one !== role) : [...aboard, role]);
  const signOn = (): void => {
    void crew.do("sign-on", { unit_id: crew.unitId, crew: ROLES.filter((role) => aboard.includes(role)), names: names.trim() === "" ? null : names.trim() });
  };
  return (
    <section class="sign-on">
      <h2>{t("crew.sign_on.title")}</h2>
      <div class="key-grid three">
        {ROLES.map((role) => (
          <Key key={role} label={t(`crew.role.${role}`)} sub={aboard.includes(role) ? t("crew.aboard") : t("crew.not_aboard")} pressed={aboard.includes(role)} onTap={() => turn(role)} />
        ))}
      </div>
      <label class="names">{t("crew.names")}<input value={names} onInput={(event) => setNames(event.currentTarget.value)} autocomplete="off" /></label>
      <div class="key-grid">
        <Key label={t("crew.sign_on")} kind="main" disabled={aboard.length === 0} onTap={signOn} />
      </div>
      <LeftBehind own={session.value?.account ?? null} />
      <div class="key-grid three"><More crew={crew} /></div>
    </section>
  );
}

export function Idle({ crew }: { crew: Crew }) {
  const unit = crew.rows.value.unit;
  if (unit === null) return <section class="idle"><p>{t("crew.no_unit")}</p></section>;
  return (
    <section class="idle">
      <p class="idle-status">{t(`status.${unit.status}`)}</p>
      <p>{unit.station_name}</p>
      <p>{unit.crew.map((role) => t.code("crew.role", role)).join(" · ")}{unit.crew_names !== null && ` — ${unit.crew_names}`}</p>
      {unit.out_reason !== null && <p>{t.code("crew.out", unit.out_reason)}</p>}
      <LeftBehind own={session.value?.account ?? null} />
      <div class="key-grid three"><More crew={crew} /></div>
    </section>
  );
}

/** Language, day or night, sign out: rarely needed, so never in the way. */
function More({ crew }: { crew: Crew }) {
  const leave = (): void => {
    void crew.leave().then(signOut);
  };
  const waiting = crew.uplink.pending.value.length;
  return (
    <>
      {permission.value === "prompt" && <Key label={t("crew.position")} sub={t("crew.position.sub")} onTap={askForPosition} />}
      <GatewayKey crew={crew} />
      <ThemeKey />
      <LangKey />
      <Key label={t("sign.out")} sub={waiting > 0 ? t("crew.sign_out.unsent", { count: waiting }) : undefined} onTap={leave} />
    </>
  );
}
