/** Where to: the ranked centres with their reasons, the crew doctor's choice, the hospital's answer, and the handoff. */
import { useState } from "preact/hooks";
import { minutes, mmss, hhmm } from "@shared/format.ts";
import type { CenterOption } from "@shared/answers.ts";
import { DoorLine, WayText } from "@shared/direct/Door.tsx";
import { AfterHandoff, HandoffLines } from "@shared/direct/Handoff.tsx";
import { doorNow } from "@shared/direct/model.ts";
import { ConsentForm, ConsentLines, RegistrationForm, RegistrationLine } from "@shared/direct/Papers.tsx";
import { lapsed, valid } from "@shared/rooms.ts";
import type { Activation, Center, Patient } from "@shared/rows.ts";
import { roleStates, SIGN } from "@shared/team.ts";
import { both } from "@shared/texts.ts";
import type { Crew } from "../state.ts";
import { t } from "../texts.ts";
import { TalkKey, TalkSheet } from "./Consult.tsx";
import { HandoffSheet } from "./HandoffSheet.tsx";
import { Key, Sheet } from "./keys.tsx";

/** What somebody else ordered about the destination: read with one tap, and whether the hospital has read it. */
function Ended({ crew, patient }: { crew: Crew; patient: Patient }) {
  const { activations, centers } = crew.rows.value;
  const name = (id: string | null): string => centers.find((one) => one.id === id)?.name ?? "—";
  const ended = activations.filter((one) => one.patient_id === patient.id && one.ended_at !== null && one.phase !== "accepted" && (one.crew_knows_at === null || one.center_knows_at === null));
  return (
    <>
      {ended.map((one) => (
        <div key={one.id} class="answer">
          <p class={`phase ${one.crew_knows_at === null ? "silent" : "waiting"}`}>
            <strong>{one.to_center_id === null ? t("crew.end.cancelled", { center: name(one.center_id) }) : t("crew.end.redirected", { center: name(one.center_id), other: name(one.to_center_id) })}</strong>
            {one.end_reason !== null && ` · ${t.code("end.reason", one.end_reason)}`}
            {` · ${one.center_knows_at === null ? t("crew.end.hospital_not", { center: name(one.center_id) }) : t("crew.end.hospital_read", { center: name(one.center_id), time: hhmm(one.center_knows_at) })}`}
          </p>
          {one.crew_knows_at === null && <Key label={t("crew.end.read")} kind="main" onTap={() => void crew.do("read-end", { activation_id: one.id })} />}
        </div>
      ))}
    </>
  );
}

export function Hospital({ crew }: { crew: Crew }) {
  const [other, setOther] = useState(false);
  const [handoff, setHandoff] = useState(false);
  const [consent, setConsent] = useState(false);
  const [talk, setTalk] = useState(false);
  const patient = crew.patient.value;
  if (patient === null) return <p class="empty">{t("crew.no_patient")}</p>;
  const chosen = crew.rows.value.centers.find((one) => one.id === patient.center_id);
  const early = crew.rows.value.centers.find((one) => one.id === activationOf(crew, patient)?.center_id); // a pre-alert before contact
  return (
    <section class="hospital">
      <Ended crew={crew} patient={patient} />
      {chosen === undefined ? (
        <>
          {early !== undefined && <Answer crew={crew} patient={patient} center={early} />}
          <Proposal crew={crew} patient={patient} onOther={() => setOther(true)} />
          <TalkKey patient={patient} onTap={() => setTalk(true)} />
        </>
      ) : (
        <>
          <Answer crew={crew} patient={patient} center={chosen} />
          <div class="key-grid four">
            <Key label={t("crew.handoff")} sub="ATMIST · ISBAR" onTap={() => setHandoff(true)} />
            <Key label={t("crew.consent")} sub={t("crew.consent.sub")} onTap={() => setConsent(true)} />
            <TalkKey patient={patient} onTap={() => setTalk(true)} />
            <Key label={t("crew.change_destination")} onTap={() => setOther(true)} />
          </div>
        </>
      )}
      {other && <OtherCenter crew={crew} patient={patient} onClose={() => setOther(false)} />}
      {patient.handoff !== null && <HandoffLines handoff={patient.handoff} />}
      {patient.handoff !== null && <AfterHandoff patient={patient} ask={(slug, data) => crew.do(slug, data)} button="key" />}
      {talk && <TalkSheet crew={crew} patient={patient} onClose={() => setTalk(false)} />}
      {consent && (
        <Sheet title={t("crew.consent")} onClose={() => setConsent(false)}>
          <ConsentForm patient={patient} door={doorOf(crew, patient)} ask={(slug, data) => crew.do(slug, data)} button="key" onDone={() => setConsent(false)} />
        </Sheet>
      )}
      {handoff && <HandoffSheet patient={patient} onClose={() => setHandoff(false)} />}
    </section>
  );
}

function beforeContact(crew: Crew): boolean {
  return ["assigned", "accepted", "en_route", "on_scene"].includes(crew.rows.value.unit?.status ?? "");
}

/** The first of the ranking to confirm with one tap, the next two beside it. Before contact it is a silent preview. */
function Proposal({ crew, patient, onOther }: { crew: Crew; patient: Patient; onOther: () => void }) {
  const ranked = crew.centers();
  const options = ranked?.centers ?? [];
  const [first, ...rest] = options;
  const preview = beforeContact(crew);
  const age = crew.recommendation.value === null ? null : crew.now.value - Date.parse(crew.recommendation.value.computed_at);
  return (
    <>
      <p class="proposal-head">
        <strong>{t(preview ? "crew.destination.preview" : "crew.destination.title")}</strong>
        {age !== null && age > 60_000 && <span class="age"> {t("crew.destination.age", { age: mmss(age) })}</span>}
      </p>
      {first === undefined && <p class="empty">{t("crew.destination.none")}</p>}
      <ol class="ranking">
        {options.slice(0, 3).map((option) => <Ranked key={option.center_id} option={option} />)}
      </ol>
      <div class="key-grid two">
        {first !== undefined && <Key label={t("crew.destination.confirm", { center: first.name })} sub={preview ? t("crew.destination.after_contact") : t("crew.destination.one_tap")} kind="main" disabled={preview} onTap={() => void crew.do("choose-destination", { patient_id: patient.id, center_id: first.center_id })} />}
        <Key label={t("crew.destination.other")} sub={rest.length > 0 ? t("crew.destination.more", { count: rest.length }) : undefined} disabled={preview} onTap={onOther} />
      </div>
      {ranked !== null && ranked.why_not.length > 0 && (
        <p class="why-not"><strong>{t("crew.why_not")}</strong> {ranked.why_not.map((one) => `${one.name}: ${both(one.reason)}`).join("; ")}</p>
      )}
    </>
  );
}

function Ranked({ option }: { option: CenterOption }) {
  return (
    <li class="ranked">
      <div class="ranked-head">
        <strong>{option.rank}. {option.name}</strong>
        {option.tie && <span class="tie">{t("crew.tie")}</span>}
        <span class="times">
          {option.eta_s === null ? t("crew.unreachable") : t("crew.drive", { min: minutes(option.eta_s) })}
          {option.time_to_treatment_s !== null && ` · ${t("crew.to_treatment", { what: t.code("treatment", option.treatment), min: minutes(option.time_to_treatment_s) })}`}
        </span>
      </div>
      <p>{option.reasons.slice(0, 3).map(both).join(" · ")}</p>
      {option.warnings.length > 0 && <p class="warning">⚠ {option.warnings.map(both).join(" · ")}</p>}
    </li>
  );
}

const REASONS = ["patient_or_family", "existing_records", "specialty", "hospital_full", "road", "clinical"] as const;

/** Another centre than the first: which one, why, and that the risk was told. */
function OtherCenter({ crew, patient, onClose }: { crew: Crew; patient: Patient; onClose: () => void }) {
  const [center, setCenter] = useState<{ id: string; name: string } | null>(null);
  const [words, setWords] = useState("");
  const ranked = crew.centers()?.centers.map((one) => ({ id: one.center_id, name: one.name, sub: one.eta_s === null ? t("crew.unreachable") : t("crew.drive", { min: minutes(one.eta_s) }) })) ?? [];
  const known = new Set(ranked.map((one) => one.id));
  const all = [...ranked, ...crew.rows.value.centers.filter((one) => !known.has(one.id)).map((one) => ({ id: one.id, name: one.name, sub: "" }))];
  const found = all.filter((one) => one.id !== patient.center_id && one.name.includes(words.trim()));
  const choose = (reason: (typeof REASONS)[number]): void => {
    if (center === null) return;
    const family = reason === "patient_or_family";
    void crew.do("choose-destination", { patient_id: patient.id, center_id: center.id, chosen_by: family ? "patient_or_family" : "crew_doctor", reason: t(`crew.reason.${reason}`), risk_told: family });
    onClose();
  };
  if (center !== null) {
    return (
      <Sheet title={t("crew.reason.title", { center: center.name })} onClose={onClose}>
        <ul class="key-grid three">
          {REASONS.map((reason) => (
            <li key={reason}><Key label={t(`crew.reason.${reason}`)} sub={reason === "patient_or_family" ? t("crew.reason.risk_told") : undefined} onTap={() => choose(reason)} /></li>
          ))}
        </ul>
      </Sheet>
    );
  }
  return (
    <Sheet title={t("crew.destination.other")} onClose={onClose}>
      <label class="search"><span class="visually-hidden">{t("crew.search")}</span><input type="search" placeholder={t("crew.search")} value={words} onInput={(event) => setWords(event.currentTarget.value)} /></label>
      <ul class="key-grid three">
        {found.slice(0, 12).map((one) => <li key={one.id}><Key label={one.name} sub={one.sub} onTap={() => setCenter(one)} /></li>)}
      </ul>
    </Sheet>
  );
}

/** What the hospital has said so far; silence past its time is said as loudly as an answer. */
function Answer({ crew, patient, center }: { crew: Crew; patient: Patient; center: Center }) {
  const { name, phone, wall } = center;
  const activation = activationOf(crew, patient);
  const now = crew.now.value;
  return (
    <div class="answer">
      <h2>{name}</h2>
      {activation !== null && <DoorLine activation={activation} />}
      {activation !== null && doorNow(activation) !== "ed" && <WayText center={center} where={doorNow(activation)} nowMs={now} />}
      {activation === null ? <p class="phase waiting">{t("crew.activation.not_sent")}</p> : <Phase activation={activation} now={now} phone={phone} />}
      {activation !== null && wall !== null && wall.phase !== "armed" && <p class="phase silent">{t(`wall_state.${wall.phase}`)}{phone !== null && ` · ${phone}`}</p>}
      {activation !== null && <GoneSince center={center} activation={activation} now={now} />}
      {activation !== null && <Team activation={activation} now={now} />}
      {activation !== null && (
        <ul class="holds">
          {lapsed(activation).map((hold) => <li key={hold.id} class="held">✗ {t.code("place", hold.resource)} {t("hold.expired")}</li>)}
          {activation.reservations.filter((hold) => hold.ended === null).map((hold) => (
            <li key={hold.id} class={hold.ready_at === null ? "held" : "ready"}>{t.code("place", hold.resource)} {hold.place > 0 ? `${t("hold.place", { place: hold.place })} · ${t.code("hold.why", hold.because ?? "")}` : hold.ready_at === null ? t("crew.held") : `✓ ${t("crew.ready")} ${hhmm(hold.ready_at)}`}</li>
          ))}
        </ul>
      )}
      <ConsentLines patient={patient} />
      <RegistrationLine patient={patient} />
      {patient.registrations.every((each) => each.center_id !== center.id) && <RegistrationForm patient={patient} ask={(slug, data) => crew.do(slug, data)} button="key" />}
    </div>
  );
}

/** What the hospital closed under this patient: a diversion, or a room that is needed; the dispatcher rings them about it. */
function GoneSince({ center, activation, now }: { center: Center; activation: Activation; now: number }) {
  const diversion = valid(center, "diversion", now);
  const needed = [...new Set([...activation.activate, ...activation.reservations.map((hold) => hold.resource)])];
  const down = needed.filter((resource) => valid(center, resource, now)?.state === "closed");
  if (diversion === null && down.length === 0) return null;
  return (
    <p class="phase silent">
      {[...(diversion === null ? [] : [t("center.diverts_now", { time: hhmm(diversion.expires_at) })]), ...down.map((resource) => `${t.code("place", resource)} ${t("room.down")}`)].join(" · ")}
    </p>
  );
}

/** How the hospital's people stand, by role: no names. */
function Team({ activation, now }: { activation: Activation; now: number }) {
  const rows = roleStates(activation.summonses, now);
  if (rows.length === 0) return null;
  return (
    <ul class="holds">
      {rows.map(({ role, phase, minutes: left }) => <li key={role} class={phase === "in_place" ? "ready" : "held"}>{SIGN[phase]} {t.code("team_role", role)} {left === null ? t(`summons.${phase}`) : t("team.in", { min: left })}</li>)}
    </ul>
  );
}

function activationOf(crew: Crew, patient: Patient): Activation | null {
  return crew.rows.value.activations.find((one) => one.id === patient.activation_id) ?? null;
}

function doorOf(crew: Crew, patient: Patient): string {
  const activation = activationOf(crew, patient);
  return activation === null ? "ed" : doorNow(activation);
}

function Phase({ activation, now, phone }: { activation: Activation; now: number; phone: string | null }) {
  const left = Date.parse(activation.acknowledge_by) - now;
  const silent = activation.phase === "sent" || activation.phase === "received";
  if (silent && left < 0) {
    return <p class="phase silent"><strong>{t("crew.hospital_silent")}</strong> {mmss(-left)}{phone !== null && ` · ${phone}`}</p>;
  }
  if (silent) return <p class="phase waiting">{t(`activation.${activation.phase}`)} {mmss(Math.max(0, left))}</p>;
  const since: Readonly<Partial<Record<Activation["phase"], string | null>>> = { team_ready: activation.team_ready_at, arrived: activation.arrived_at, accepted: activation.accepted_at };
  const at = since[activation.phase] ?? activation.acknowledged_at;
  return <p class="phase answered"><strong>{t(`activation.${activation.phase}`)}</strong> {at !== null && hhmm(at)}</p>;
}
