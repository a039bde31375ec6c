import { useEffect, useRef } from "preact/hooks";
import { VERBS, type Argument } from "../logic/verbs.ts";
import { useDesk } from "../store/desk.ts";
import { t } from "../texts.ts";
import { setSingleKeys, singleKeys } from "./hotkeys.ts";
import { focused } from "../ui/focused.ts";

const KEYS = [
  ["F2", "console.key.F2"],
  ["F1", "console.key.F1"],
  ["F3", "console.key.F3"],
  ["F4", "console.key.F4"],
  ["Shift+F4", "console.key.claim"],
  ["F6", "console.key.F6"],
  ["Shift+F6", "console.key.finish"],
  ["F7", "console.key.F7"],
  ["F8", "console.key.F8"],
  ["F9", "console.key.F9"],
  ["F10", "console.key.F10"],
  ["↑ ↓", "console.key.arrows"],
  ["Enter", "console.key.enter"],
  ["1 2 3 4", "console.key.digits"],
  ["Esc", "console.key.esc"],
] as const;

const EXAMPLES = ["N 13800000000 东单路口 胸痛", "D", "D #2", "F 胸痛 是 清醒 是 呼吸 正常 年龄 62 性别 男", "ST 37 到达现场", "P1", "HOLD 无可派车组", "END 37 未找到患者"];

/** The grammar, made from the same table that reads the lines. */
export function Help() {
  const { selection } = useDesk();
  const dialog = useRef<HTMLDialogElement>(null);
  const open = selection.help.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={() => (selection.help.value = false)} onClick={(event) => {
      if (event.target === dialog.current) selection.help.value = false;
    }}>
      {open && (
        <div class="help-body">
          <header>
            <h2 id="help-title">{t("console.help.title")}</h2>
            <button type="button" class="quiet" ref={focused} onClick={() => (selection.help.value = false)}>{t("ui.close")} <kbd>Esc</kbd></button>
          </header>
          <div class="help-columns">
            <section>
              <h3>{t("console.help.keys")}</h3>
              <dl>{KEYS.map(([key, words]) => <div key={key}><dt><kbd>{key}</kbd></dt><dd>{t(words)}</dd></div>)}</dl>
              <label class="choice"><input type="checkbox" checked={singleKeys.value} onChange={(e) => setSingleKeys(e.currentTarget.checked)} /> {t("console.help.single_keys")}</label>
              <h3>{t("console.help.examples")}</h3>
              <ul class="examples">{EXAMPLES.map((line) => <li key={line}><code>{line}</code></li>)}</ul>
            </section>
            <section class="help-verbs">
              <h3>{t("console.help.commands")}</h3>
              <dl>
                {VERBS.map((verb) => (
                  <div key={verb.name}>
                    <dt><kbd>{verb.name}</kbd> <span class="faint">{verb.aliases.join(" ")}</span></dt>
                    <dd>{t(`console.verb.${verb.name}`)} <span class="faint">{verb.args.map(argumentWord).join(" ")}</span></dd>
                  </div>
                ))}
              </dl>
            </section>
          </div>
        </div>
      )}
    </dialog>
  );
}

function argumentWord(argument: Argument): string {
  const word = t.code("console.command.what", argument.name);
  return argument.optional === true ? `[${word}]` : word;
}
