import { useEffect, useState } from "preact/hooks";
import { session, type Session } from "@shared/signed_in.ts";
import { Console } from "./Console.tsx";
import { SignIn } from "@shared/sign_in.tsx";
import type { Role } from "@shared/words.ts";
import { Desk, DeskContext } from "./store/desk.ts";
import { lang, t } from "./texts.ts";

/** Who may sit at a console. */
const SEATS: readonly Role[] = ["call_taker", "dispatcher", "supervisor"];

/** The door of the console: who sits here, then the seat's four zones. */
export function Page() {
  const who = session.value;
  useEffect(() => {
    document.title = t("console.title");
  }, [lang.value]);
  if (who === null || !SEATS.includes(who.role)) return <div class="door"><SignIn page="console" title={t("console.title")} roles={SEATS} /></div>;
  return <Seat key={who.token} who={who} />;
}

function Seat({ who }: { readonly who: Session }) {
  const [desk, setDesk] = useState<Desk | null>(null);
  useEffect(() => {
    const opened = new Desk(who);
    setDesk(opened);
    return () => opened.close();
  }, [who]);
  return desk === null ? null : (
    <DeskContext.Provider value={desk}>
      <Console />
    </DeskContext.Provider>
  );
}
