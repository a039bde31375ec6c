/** The pieces every screen of the tablet is made of: a key for a gloved thumb, a sheet over the page, a number pad. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../texts.ts";

interface KeyProps {
  readonly label: string;
  readonly sub?: string | undefined;
  readonly onTap: () => void;
  readonly kind?: "main" | "plain" | "blocked";
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  /** Not now, but in a moment: it keeps the focus. */
  readonly busy?: boolean;
  readonly describe?: string;
}

/** One key: at least 120 × 120 CSS px (20 mm on the tablet), see crew.css. */
export function Key({ label, sub, onTap, kind = "plain", pressed, disabled, busy, describe }: KeyProps) {
  return (
    <button type="button" class={`key ${kind}`} aria-pressed={pressed} disabled={disabled} aria-disabled={busy} aria-label={describe} onClick={onTap}>
      <span class="key-label">{label}</span>
      {sub !== undefined && <span class="key-sub">{sub}</span>}
    </button>
  );
}

/** A sheet over the page; Escape and the close key put it away, focus stays inside. */
export function Sheet({ title, onClose, children }: { title: string; onClose: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog ref={dialog} class="sheet" aria-label={title} onCancel={onClose}>
      <header>
        <h2>{title}</h2>
        <button type="button" class="key close" onClick={onClose}>{t("ui.close")}</button>
      </header>
      <div class="sheet-body">{children}</div>
    </dialog>
  );
}

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "C", "0", "⌫"] as const;

interface PadProps {
  readonly title: string;
  readonly unit: string;
  readonly initial?: string;
  /** How a string of digits reads on the display: "186/104", "14:02". */
  readonly shape?: (digits: string) => string;
  /** The value, or null while it makes none: then the key that takes it stays dark. */
  readonly read: (digits: string) => string | null;
  readonly most: number;
  readonly point?: boolean;
  /** Further keys beside the pad, such as the unit of an age. */
  readonly extra?: ComponentChildren;
  readonly onDone: (digits: string) => void;
  readonly onClose: () => void;
}

/** A number pad for gloves; a keyboard's digits, Backspace and Enter work too. */
export function Pad({ title, unit, initial = "", shape = (digits) => digits, read, most, point = false, extra, onDone, onClose }: PadProps) {
  const [digits, setDigits] = useState(initial);
  const good = read(digits) !== null;
  const type = (key: string): void => {
    if (key === "C") setDigits("");
    else if (key === "⌫") setDigits(digits.slice(0, -1));
    else if (digits.length < most) setDigits(digits + key);
  };
  const pad = useRef<HTMLDivElement>(null);
  const typed = (event: KeyboardEvent): void => {
    if (/^\d$/.test(event.key) || (point && event.key === ".")) type(event.key);
    else if (event.key === "Backspace") type("⌫");
    else if (event.key === "Enter" && good && event.target === pad.current) onDone(digits);
    else return;
    event.preventDefault();
  };
  return (
    <Sheet title={title} onClose={onClose}>
      <div ref={pad} class="pad" tabIndex={-1} autofocus onKeyDown={typed}>
        <output class="pad-display" aria-live="polite">{digits === "" ? "—" : shape(digits)} <small>{unit}</small></output>
        <div class="pad-keys">
          {DIGITS.map((digit) => (
            <button key={digit} type="button" class="key" onClick={() => type(digit)}>{digit}</button>
          ))}
        </div>
        <div class="pad-side">
          {extra}
          {point && <button type="button" class="key" onClick={() => type(".")}>.</button>}
          <Key label={t("ui.confirm")} kind="main" disabled={!good} onTap={() => onDone(digits)} />
        </div>
      </div>
    </Sheet>
  );
}
