import { lang, t } from "../texts.ts";

/** Change the language of the whole screen at once; what it is called is said in that language. */
export function LanguageSwitch() {
  const other = lang.value === "zh" ? "en" : "zh";
  return (
    <button type="button" class="quiet" lang={other === "zh" ? "zh-CN" : "en"} onClick={() => (lang.value = other)}>
      {t("console.language")}
    </button>
  );
}
