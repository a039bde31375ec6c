/** The minutes that no machine saw, asked once, when the crew has its hands free. */
import { useEffect, useState } from "preact/hooks";
import { api, HttpRefused } from "@shared/api.ts";
import type { RegisterRow } from "@shared/answers.ts";
import { AskedMinutes } from "@shared/direct/Handoff.tsx";
import { mayAsk } from "../model/ask_once.ts";
import { lastFix } from "../position.ts";
import type { Crew } from "../state.ts";

export function AskOnce({ crew }: { crew: Crew }) {
  const patient = crew.patient.value;
  if (patient === null || patient.handoff === null || !mayAsk(crew.rows.value, lastFix.value, crew.wheels.value)) return null;
  return <Asked key={patient.id} crew={crew} patientId={patient.id} />;
}

function Asked({ crew, patientId }: { crew: Crew; patientId: string }) {
  const [rows, setRows] = useState<readonly RegisterRow[]>([]);
  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      try {
        const found = await api<readonly RegisterRow[]>(`/api/patients/${patientId}/register`);
        if (current) setRows(found);
      } catch (error) {
        if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error; // without a network nobody is asked
      }
    };
    void load();
    return () => { current = false; };
  }, [patientId]);
  return <AskedMinutes patient={{ id: patientId }} rows={rows} side="crew" nowMs={crew.now.value} ask={(slug, data) => crew.do(slug, data)} button="key" />;
}
