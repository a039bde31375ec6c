import { useEffect } from "preact/hooks";
import type { Call, Incident } from "@shared/rows.ts";
import { useAsked } from "../store/ask.ts";
import { useDesk } from "../store/desk.ts";
import type { SameEvent } from "../store/telephone.ts";
import { lang, listed, t } from "../texts.ts";

/** More possible repeats than this are no help on the screen. */
const SHOWN = 3;

/** Open incidents that the call which opened this one may be about as well, with what speaks for it; one key links the first, nothing links itself. */
export function SameEvents({ call, incident }: { readonly call: Call; readonly incident: Incident }) {
  const { actions, queue, link, telephone } = useDesk();
  const { waiting, held, underway } = queue.value;
  const { place } = incident;
  const changes = [place?.lon, place?.lat, place?.radius_m, incident.words, incident.complaint, incident.call_ids.length, waiting.length, held.length, underway.length].join("|");
  const asked = useAsked<readonly SameEvent[]>(`/api/incidents/${incident.id}/same-events`, changes);
  const found = typeof asked === "string" ? [] : asked.slice(0, SHOWN);
  const first = found[0] ?? null;
  useEffect(() => {
    telephone.proposed.value = first === null ? null : { call, target: first };
    return () => (telephone.proposed.value = null);
  }, [call, first]);
  if (found.length === 0) return null;
  return (
    <ul class="call-line-others same-events" aria-label={t("console.incident.maybe_known")}>
      <li class="is-unverified">{t("console.incident.maybe_known")}</li>
      {found.map((other, place) => {
        const target = link.tables.incidents.value.get(other.incident_id);
        return (
          <li key={other.incident_id}>
            <button type="button" class={place === 0 ? "key small" : "small"} disabled={target === undefined} onClick={() => target && void actions.linkCall(call, target)}>
              {place === 0 && <kbd>F7</kbd>} {t("console.incident.join", { incident: other.number })}
            </button>{" "}
            <span class="faint">
              {Math.round(other.score * 100)}%{other.callers > 1 ? ` · ${t("console.queue.callers", { count: other.callers })}` : ""} · {listed(other.reasons.map((reason) => reason[lang.value]))}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
