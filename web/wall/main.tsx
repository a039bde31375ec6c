/** The wall: a device of one department that resumes by itself after a restart. */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { session, type Session } from "@shared/signed_in.ts";
import { SignIn } from "@shared/sign_in.tsx";
import { Wall } from "./state.ts";
import { t } from "./texts.ts";
import { Department } from "./ui/Department.tsx";
import { Reader } from "./ui/Reader.tsx";
import "@shared/visible_texts.ts";
import "@shared/tokens.css";
import "./wall.css";

function Page() {
  const who = session.value;
  if (who === null) return <SignIn page="wall" title={t("wall.title")} roles={["department", "remote_physician"]} />;
  return <Opened key={who.account} who={who} />;
}

function Opened({ who }: { who: Session }) {
  const [wall, setWall] = useState<Wall | null>(null);
  useEffect(() => {
    const made = new Wall(who);
    setWall(made);
    return () => made.close();
  }, [who]);
  if (wall === null) return null;
  return who.role === "remote_physician" ? <Reader wall={wall} /> : <Department wall={wall} />;
}

const page = document.getElementById("page");
if (page === null) throw new Error("index.html has lost its #page");
render(<Page />, page);
