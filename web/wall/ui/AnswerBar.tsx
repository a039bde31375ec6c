/** The one big button: it answers exactly what it names. Space and Enter press it from anywhere. */
import { useEffect, useRef, useState } from "preact/hooks";
import { conditionsOf, hasEnded, type Tile } from "../model/tiles.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";

/** After the name on the button has changed, a press within this time was meant for the one before. */
const SETTLE_MS = 700;

export function AnswerBar({ wall }: { wall: Wall }) {
  const waiting = wall.waiting.value;
  const tile = waiting[0];
  const [settled, setSettled] = useState("");
  const id = tile === undefined ? "" : `${tile.activation.id}/${hasEnded(tile) ? "end" : "new"}`;
  useEffect(() => {
    const timer = setTimeout(() => setSettled(id), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [id]);
  const answer = (): void => {
    if (tile === undefined || settled !== id) return;
    void wall.ask(hasEnded(tile) ? "acknowledge-end" : "acknowledge-activation", { activation_id: tile.activation.id });
  };
  const latest = useRef(answer);
  latest.current = answer;
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const onControl = event.target instanceof HTMLButtonElement && !event.target.classList.contains("answer");
      if ((event.key !== " " && event.key !== "Enter") || event.repeat || onControl || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      latest.current();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  if (tile === undefined) return null;
  return (
    <button type="button" class="answer" data-settled={settled === id} aria-keyshortcuts="Space Enter" onClick={answer}>
      <span class="answer-word">{t(hasEnded(tile) ? "wall.do.seen" : "wall.do.answer")}</span>
      <span class="answer-what">{label(tile)}</span>
      {waiting.length > 1 && <span class="answer-more">{t("wall.more", { count: waiting.length - 1 })}</span>}
    </button>
  );
}

function label(tile: Tile): string {
  const [first] = conditionsOf(tile);
  const what = first === undefined || first.code === "other" ? t("wall.condition.other") : `${t(`wall.certainty.${first.status}`)} ${t.code("wall.condition", first.code)}`;
  return [what, tile.patient?.code ?? "", tile.unit?.call_sign ?? ""].filter((part) => part !== "").join(" · ");
}
