import { useState } from "preact/hooks";
import { hhmmss } from "@shared/format.ts";
import type { Incident } from "@shared/rows.ts";
import { useAsked } from "../store/ask.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { factWords, whoActed, type FactLine } from "./fact_words.ts";

/** So many facts come in one answer. */
const FACTS_OF_A_PAGE = 2_000;

/** Everything that was said and done, newest first, with who said it; a line to add to it. */
export function LogTab({ incident }: { readonly incident: Incident }) {
  const { link } = useDesk();
  // The feed's own number would ask too often; these rows change with every fact that an operator would read here.
  const { patients, assignments, activations } = link.tables;
  const [page, setPage] = useState<{ readonly of: string; readonly before: number } | null>(null);
  const before = page?.of === incident.id ? page.before : null;
  const facts = useAsked<readonly FactLine[]>(`/api/incidents/${incident.id}/facts${before === null ? "" : `?before=${before}`}`, [incident, patients.value, assignments.value, activations.value].map(identity).join());
  return (
    <>
      <NoteForm incident={incident} />
      {facts === "loading" && <p class="nothing" role="status">{t("console.advice.loading")}</p>}
      {facts === "failed" && <p class="nothing" role="status">{t("console.register.failed")}</p>}
      {typeof facts !== "string" && facts.length === 0 && <p class="nothing">{t("console.log.empty")}</p>}
      {typeof facts !== "string" && (
        <ol class="log">
          {facts.toReversed().map((fact) => (
            <li key={fact.seq} class={`log-${fact.kind}`}>
              <time>{hhmmss(fact.at)}</time>
              <strong>{t.code("console.fact", fact.kind)}</strong>
              <span class="log-words">{factWords(fact, link.tables)}</span>
              {fact.actor !== undefined && <span class="faint" title={fact.actor.account}>{whoActed(fact.actor, link.tables)}</span>}
            </li>
          ))}
        </ol>
      )}
      {typeof facts !== "string" && facts.length === FACTS_OF_A_PAGE && <button type="button" class="chip" onClick={() => setPage({ of: incident.id, before: facts[0]?.seq ?? 1 })}>{t("console.log.earlier")}</button>}
      {before !== null && <button type="button" class="chip" onClick={() => setPage(null)}>{t("console.log.latest")}</button>}
    </>
  );
}

const identities = new WeakMap<object, number>();
let identityCount = 0;

function identity(value: object): number {
  const known = identities.get(value) ?? (identityCount += 1);
  identities.set(value, known);
  return known;
}

function NoteForm({ incident }: { readonly incident: Incident }) {
  const { actions } = useDesk();
  const [note, setNote] = useState("");
  return (
    <form class="inline-form note-form" onSubmit={(event) => {
      event.preventDefault();
      if (note.trim() === "") return;
      setNote("");
      void actions.note(incident, note.trim());
    }}>
      <input aria-label={t("console.log.note")} placeholder={t("console.log.note")} value={note} onInput={(e) => setNote(e.currentTarget.value)} />
    </form>
  );
}
