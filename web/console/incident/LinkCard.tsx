/** The caller's own page: send it, see whether it is open, write with the caller, look at the photos. */
import { useState } from "preact/hooks";
import { api, HttpRefused } from "@shared/api.ts";
import { refusalFrom } from "@shared/commands.ts";
import { hhmmss } from "@shared/format.ts";
import { Picture } from "@shared/Picture.tsx";
import type { Link } from "@shared/location.ts";
import type { Incident } from "@shared/rows.ts";
import { useDesk } from "../store/desk.ts";
import { bothOf, lang, t } from "../texts.ts";

interface Made {
  readonly url: string;
  readonly message: "sent" | "failed" | "none";
  readonly qr_svg: string;
}

export function LinkCard({ incident }: { readonly incident: Incident }) {
  const { link, actions } = useDesk();
  const [made, setMade] = useState<Made | null>(null);
  const links = incident.link_ids.flatMap((id) => link.tables.links.value.get(id) ?? []);
  const newest = links.at(-1);
  const number = incident.call_ids.flatMap((id) => link.tables.calls.value.get(id)?.number ?? [])[0];
  const send = async (): Promise<void> => {
    try {
      const wanted = { language: lang.value, ...(number !== undefined && /^\+?[0-9]{3,15}$/.test(number) ? { number } : {}) };
      setMade(await api<Made>(`/api/incidents/${incident.id}/link`, { method: "POST", body: wanted }));
      actions.tell("done", bothOf("console.done.link"));
    } catch (error) {
      if (!(error instanceof HttpRefused)) throw error;
      actions.tell("refused", refusalFrom(error.status, error.body).text);
    }
  };
  return (
    <section class="link-card" aria-label={t("console.link.title")}>
      <p class="link-keys">
        <button type="button" class="small" onClick={() => void send()}>{t(newest === undefined ? "console.link.send" : "console.link.again")}</button>
        {newest !== undefined && newest.ended === null && <button type="button" class="small quiet" onClick={() => void actions.endLink(newest.id)}>{t("console.link.end")}</button>}
        {newest !== undefined && <State link={newest} />}
      </p>
      {made !== null && newest?.opened_at === null && (
        <div class="link-made">
          <img src={`data:image/svg+xml,${encodeURIComponent(made.qr_svg)}`} width={120} height={120} alt={t("console.link.qr")} />
          <p>{t(`console.link.${made.message}`)}<br /><code>{made.url}</code></p>
        </div>
      )}
      {newest !== undefined && (newest.opened_at !== null || newest.messages.length > 0) && <Talk link={newest} incident={incident} />}
    </section>
  );
}

function State({ link }: { readonly link: Link }) {
  const { now } = useDesk();
  if (link.ended !== null || now.value >= Date.parse(link.expires_at)) return <span class="faint">{t("console.link.over")}</span>;
  if (link.stream_until === null && link.message === "failed") return <strong class="source-doubt" role="alert">{t("console.link.failed")}</strong>;
  if (link.stream_until === null) return <span class="faint">{t("console.link.waiting")}</span>;
  return <span>{t("console.link.opened", { time: hhmmss(link.stream_until) })}</span>;
}

function Talk({ link, incident }: { readonly link: Link; readonly incident: Incident }) {
  const { actions } = useDesk();
  const [typed, setTyped] = useState("");
  const write = async (): Promise<void> => {
    if (typed.trim() !== "" && (await actions.writeMessage(link.id, typed)).ok) setTyped("");
  };
  return (
    <>
      <ol class="link-talk" aria-live="polite">
        {link.messages.map((each, nth) => <li key={nth} class={each.by}><span class="faint">{t(`console.link.${each.by}`)} {hhmmss(each.at)}</span> {each.text}</li>)}
      </ol>
      {link.photos.length > 0 && (
        <div class="pictures">
          {link.photos.map((photo) => <Picture key={photo.id} path={`/api/incidents/${incident.id}/photos/${photo.id}`} alt={t("console.link.photo", { time: hhmmss(photo.at) })} missing={t("photo.missing")} />)}
        </div>
      )}
      {link.ended === null && (
        <form class="source-paste" onSubmit={(event) => { event.preventDefault(); void write(); }}>
          <input value={typed} maxLength={500} aria-label={t("console.link.write")} placeholder={t("console.link.write")} onInput={(event) => setTyped(event.currentTarget.value)} />
          <button type="submit" class="small">{t("console.link.write")}</button>
        </form>
      )}
    </>
  );
}
