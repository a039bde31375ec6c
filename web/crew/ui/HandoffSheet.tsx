/** What is said at the door, in the order the receiving team expects. */
import { useEffect, useState } from "preact/hooks";
import { api, HttpRefused } from "@shared/api.ts";
import type { HandoffView } from "@shared/answers.ts";
import type { Patient } from "@shared/rows.ts";
import { both } from "@shared/texts.ts";
import { t } from "../texts.ts";
import { ageWords } from "./PatientKeys.tsx";
import { conditionWords } from "./Conditions.tsx";
import { Key, Sheet } from "./keys.tsx";

const VIEWS = ["atmist", "isbar", "imist_ambo"] as const;

export function HandoffSheet({ patient, onClose }: { patient: Patient; onClose: () => void }) {
  const [view, setView] = useState<(typeof VIEWS)[number]>("atmist");
  const [found, setFound] = useState<HandoffView | "asking" | "offline">("asking");
  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      try {
        const answer = await api<HandoffView>(`/api/patients/${patient.id}/handoff?view=${view}`);
        if (current) setFound(answer);
      } catch (error) {
        if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
        if (current) setFound("offline");
      }
    };
    void load();
    return () => { current = false; };
  }, [patient.id, view]);
  return (
    <Sheet title={t("crew.handoff")} onClose={onClose}>
      <div class="key-grid three">
        {VIEWS.map((one) => <Key key={one} label={one.toUpperCase().replace("_", "-")} pressed={one === view} onTap={() => setView(one)} />)}
      </div>
      {typeof found === "object" ? (
        <dl class="handoff">
          {found.sections.map((section) => (
            <div key={section.code}>
              <dt>{both(section.title)}</dt>
              <dd>{section.lines.length === 0 ? "—" : section.lines.map((line, i) => <p key={i}>{both(line)}</p>)}</dd>
            </div>
          ))}
        </dl>
      ) : found === "offline" ? <OwnSummary patient={patient} /> : null}
    </Sheet>
  );
}

/** Without a network: what this tablet knows itself. */
function OwnSummary({ patient }: { patient: Patient }) {
  const values = Object.entries(patient.vitals?.values ?? {}).map(([name, value]) => `${t.code("vital", name)} ${value}`);
  const treatments = patient.treatments.map((one) => t.code("given", one.code) + (one.dose === null ? "" : ` ${one.dose}`));
  return (
    <dl class="handoff">
      <div><dt>{t("crew.patient")}</dt><dd>{patient.code} · {ageWords(patient.findings)}</dd></div>
      <div><dt>{t("crew.conditions")}</dt><dd>{patient.conditions.map(conditionWords).join(" · ") || "—"}</dd></div>
      <div><dt>{t("crew.tab.vitals")}</dt><dd>{values.join(" · ") || "—"}</dd></div>
      <div><dt>{t("crew.treatments")}</dt><dd>{treatments.join(" · ") || "—"}</dd></div>
    </dl>
  );
}
