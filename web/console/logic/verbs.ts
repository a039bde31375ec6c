/** The command line's grammar as one table: verbs, their other names, their arguments in order. The help overlay is made from it. */

export type ArgumentKind =
  | "phone" | "incident" | "call" | "unit" | "status" | "outcome" | "center" | "patient" | "task" | "complaint" | "findings" | "text" | "language" | "measure" | "drawing" | "seat" | "mark" | "back" | "found" | "priority" | "source" | "group" | "service" | "point" | "say" | "resource" | "where" | "order";

export interface Argument {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly optional?: true;
}

const VERB_NAMES = [
  "N", "CLAIM", "A", "LINK", "HANG", "WAIT", "TALK", "WRAP", "XFER", "SAY", "CC", "BACK", "MARK", "UNMARK", "TAKE", "HAND", "GRP", "REC", "L", "NET", "SRC", "D", "DIV", "PA", "SD", "REV", "TELL", "SAFE", "ST", "END", "F", "P1", "P2", "P3", "P4", "PT", "GO", "PRE", "UNDO", "HS", "RES", "RDY", "REL", "HO", "REG", "ORD", "MSG", "NOTE", "HOLD", "RESUME",
  "CLOSE", "REOPEN", "T", "OOS", "ON", "OFF", "ROAD", "LIFT", "S", "U", "LANG", "OUT", "?",
] as const;
export type VerbName = (typeof VERB_NAMES)[number];

export interface Verb {
  readonly name: VerbName;
  readonly aliases: readonly string[];
  readonly args: readonly Argument[];
}

const one = (name: string, kind: ArgumentKind): Argument => ({ name, kind });
const maybe = (name: string, kind: ArgumentKind): Argument => ({ name, kind, optional: true });
const verb = (name: VerbName, aliases: string, ...args: Argument[]): Verb => ({ name, aliases: aliases.split(" "), args });

export const VERBS: readonly Verb[] = [
  verb("N", "新 NEW", maybe("number", "phone"), maybe("words", "text"), maybe("complaint", "complaint")),
  verb("CLAIM", "占", maybe("call", "call")),
  verb("A", "接 ANSWER", maybe("call", "call")),
  verb("LINK", "并", one("incident", "incident")),
  verb("HANG", "挂断", maybe("call", "call")),
  verb("WAIT", "保持", maybe("call", "call")),
  verb("TALK", "取回", maybe("call", "call")),
  verb("WRAP", "完毕", maybe("call", "call")),
  verb("XFER", "转接", one("seat", "seat")),
  verb("SAY", "述", one("words", "text")),
  verb("CC", "主诉", one("complaint", "text")),
  verb("BACK", "回拨", one("back", "back")),
  verb("MARK", "标记", one("mark", "mark"), one("reason", "text")),
  verb("UNMARK", "解标", one("reason", "text")),
  verb("TAKE", "接管"),
  verb("HAND", "交班", one("seat", "seat")),
  verb("GRP", "组", one("group", "group")),
  verb("REC", "调取", one("reason", "text")),
  verb("L", "址 LOC", one("text", "text")),
  verb("NET", "在线", one("text", "text")),
  verb("SRC", "选源", one("source", "source")),
  verb("D", "派 DISPATCH", maybe("incident", "incident"), maybe("unit", "unit"), maybe("reason", "text")),
  verb("DIV", "改派 DIVERT", one("unit", "unit"), one("reason", "text")),
  verb("PA", "预派", maybe("unit", "unit")),
  verb("SD", "解预派", one("unit", "unit")),
  verb("REV", "回访", one("found", "found"), maybe("priority", "priority"), maybe("note", "text")),
  verb("TELL", "联动", one("service", "service")),
  verb("SAFE", "安全", one("by", "text")),
  verb("ST", "状 STATUS", one("unit", "unit"), one("status", "status")),
  verb("END", "结 DONE", one("unit", "unit"), one("outcome", "outcome"), maybe("reason", "text")),
  verb("F", "问 FIND", one("findings", "findings")),
  verb("P1", "一级", maybe("reason", "text")),
  verb("P2", "二级", maybe("reason", "text")),
  verb("P3", "三级", maybe("reason", "text")),
  verb("P4", "四级", maybe("reason", "text")),
  verb("PT", "患者 PATIENT", maybe("patient", "patient")),
  verb("GO", "送", one("center", "center"), maybe("reason", "text")),
  verb("PRE", "预警 PREALERT", one("center", "center")),
  verb("UNDO", "撤预警 CANCEL", one("reason", "text")),
  verb("HS", "院况", one("center", "center"), one("say", "say"), maybe("reason", "text")),
  verb("RES", "预留", one("resource", "resource")),
  verb("RDY", "就绪", one("resource", "resource")),
  verb("REL", "释放", one("resource", "resource")),
  verb("HO", "交接", one("where", "where"), maybe("taken_by", "text")),
  verb("REG", "登记", one("point", "point"), one("minute", "text")),
  verb("ORD", "医嘱 ORDER", one("order", "order"), maybe("dose", "text")),
  verb("MSG", "留言", one("text", "text")),
  verb("NOTE", "记", one("text", "text")),
  verb("HOLD", "挂起", one("reason", "text")),
  verb("RESUME", "恢复"),
  verb("CLOSE", "关闭", one("outcome", "outcome"), maybe("reason", "text")),
  verb("REOPEN", "重开", one("reason", "text")),
  verb("T", "任务 TASK", one("task", "task"), maybe("note", "text")),
  verb("OOS", "停运", one("unit", "unit"), one("reason", "text")),
  verb("ON", "上班", one("unit", "unit")),
  verb("OFF", "下班", one("unit", "unit")),
  verb("ROAD", "路 封路", maybe("drawing", "drawing")),
  verb("LIFT", "解除", one("measure", "measure"), maybe("note", "text")),
  verb("S", "看 SHOW", one("text", "text")),
  verb("U", "车 UNITS", maybe("text", "text")),
  verb("LANG", "语言", one("language", "language")),
  verb("OUT", "退出 LOGOUT"),
  verb("?", "帮助 HELP"),
];

const BY_NAME = new Map(VERBS.flatMap((each) => [each.name, ...each.aliases].map((name) => [name.toUpperCase(), each] as const)));

export function verbOf(word: string): Verb | null {
  return BY_NAME.get(word.normalize("NFKC").toUpperCase()) ?? null; // full-width letters of an input method are letters
}
