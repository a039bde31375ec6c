/** Give a physician without an account their own page: by text message, or to be scanned from this screen. */
import { useState } from "preact/hooks";
import { api, HttpRefused } from "../api.ts";
import { OFFLINE } from "../commands.ts";
import { hhmm } from "../format.ts";
import { both, lang } from "../texts.ts";
import type { Both } from "../words.ts";
import type { ReaderLink } from "./rows.ts";
import { t } from "./texts.ts";

interface Made {
  readonly url: string;
  readonly message: "sent" | "failed" | "none";
  readonly qr_svg: string;
}

export function SendReader({ patientId, links, button }: { readonly patientId: string; readonly links: readonly ReaderLink[]; readonly button: string }) {
  const [physician, setPhysician] = useState("");
  const [number, setNumber] = useState("");
  const [made, setMade] = useState<Made | null>(null);
  const [trouble, setTrouble] = useState<Both | null>(null);
  const send = async (): Promise<void> => {
    try {
      const body = { physician: physician.trim(), language: lang.value, ...(number.trim() === "" ? {} : { number: number.trim() }) };
      setMade(await api<Made>(`/api/patients/${patientId}/reader-link`, { method: "POST", body }));
      setTrouble(null);
    } catch (error) {
      if (!(error instanceof HttpRefused || error instanceof TypeError)) throw error;
      setTrouble((error instanceof HttpRefused ? (error.body as { text?: Both } | null)?.text : undefined) ?? OFFLINE.text);
    }
  };
  return (
    <div class="send-reader">
      <form class="direct-form" aria-label={t("reader.send")} onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}>
        <input required aria-label={t("reader.physician")} placeholder={t("reader.physician")} maxLength={80} value={physician} onInput={(event) => setPhysician(event.currentTarget.value)} />
        <input inputMode="tel" aria-label={t("reader.number")} placeholder={t("reader.number")} pattern="\+?[0-9]{3,15}" value={number} onInput={(event) => setNumber(event.currentTarget.value)} />
        <button type="submit" class={button}>{t("reader.make")}</button>
      </form>
      {trouble !== null && <p role="alert">{both(trouble)}</p>}
      {made !== null && (
        <p class="reader-made">
          <img src={`data:image/svg+xml,${encodeURIComponent(made.qr_svg)}`} width={160} height={160} alt={t("reader.none")} /> {t(`reader.${made.message}`)} <code>{made.url}</code>
        </p>
      )}
      <ul class="reader-links">{links.map((link) => <li key={link.id}>{stateOf(link)}</li>)}</ul>
    </div>
  );
}

function stateOf(link: ReaderLink): string {
  if (link.ended !== null) return t("reader.ended", { who: link.physician });
  return link.opened_at === null ? t("reader.open", { who: link.physician }) : t("reader.opened", { who: link.physician, at: hhmm(link.opened_at) });
}
