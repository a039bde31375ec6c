/** What a line of the history says beside its kind: the one or two things an operator wants to read. */
import type { TableMaps } from "@shared/feed.ts";
import type { LiveLink } from "@shared/link.ts";
import { orderName } from "@shared/direct/Talk.tsx";
import type { Task } from "@shared/rows.ts";
import { listed, maybe, t } from "../texts.ts";
import { taskText } from "../words.ts";

export interface Acted {
  readonly account: string;
  readonly role: string;
  readonly unit_id?: string | null;
  readonly center_id?: string | null;
  readonly entered_for?: string | null;
}

export interface FactLine {
  readonly seq: number;
  readonly at: string;
  readonly kind: string;
  readonly actor?: Acted;
  readonly data?: Readonly<Record<string, unknown>>;
}

type Tables = LiveLink["tables"];

/** Who did it, as people say: the seat's role, the crew's call sign, the hospital's name; and for whom it was entered. */
export function whoActed(actor: Acted, tables: Tables): string {
  const unit = tables.units.value.get(actor.unit_id ?? "");
  const center = tables.centers.value.get(actor.center_id ?? "");
  const who = [t.code("role", actor.role), unit?.call_sign ?? center?.name ?? ""].filter((part) => part !== "").join(" ");
  return actor.entered_for == null ? who : `${who} ${t("console.log.entered_for", { who: actor.entered_for })}`;
}

export function factWords(fact: FactLine, tables: Tables): string {
  const data = fact.data ?? {};
  const word = (name: string): string => (typeof data[name] === "string" ? data[name] : "");
  const named = (table: keyof TableMaps, id: string, field: string): string => {
    const row = tables[table].value.get(id) as unknown as Readonly<Record<string, unknown>> | undefined;
    return row === undefined ? id : String(row[field]);
  };
  const parts = [
    word("unit_id") === "" ? "" : named("units", word("unit_id"), "call_sign"),
    word("status") === "" ? "" : t.code("status", word("status")),
    word("outcome") === "" ? "" : t.code("outcome", word("outcome")),
    word("center_id") === "" ? "" : named("centers", word("center_id"), "name"),
    word("to_center_id") === "" ? "" : `→ ${named("centers", word("to_center_id"), "name")}`,
    word("priority"),
    word("text"),
    word("words"),
    word("reason"),
    fact.kind === "FindingsRecorded" ? findingWords(data["findings"]) : "",
    fact.kind === "PatientAssessed" ? conditionWords(data["conditions"]) : "",
    fact.kind === "TaskRaised" ? taskText({ kind: word("kind"), params: (data["params"] ?? {}) as Task["params"] }) : "",
    fact.kind === "TreatmentGiven" ? `${orderName(word("code"))} ${word("dose")}`.trim() : "",
    word("role") === "" ? "" : t.code("team_role", word("role")),
    word("point") === "" ? "" : t.code("timepoint", word("point")),
    word("reading") === "" ? "" : t.code("ecg", word("reading")),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

function findingWords(findings: unknown, path = ""): string {
  if (typeof findings !== "object" || findings === null) return "";
  return listed(
    Object.entries(findings).map(([name, value]) => {
      const here = path === "" ? name : `${path}.${name}`;
      if (here === "age") return `${t.code("finding", "age")} ${(value as { value: number }).value}`;
      if (here === "complaint") return t.code("console.complaint", String(value));
      if (typeof value === "object" && value !== null && !Array.isArray(value)) return findingWords(value, here);
      return `${t.code("finding", here)} ${answerWord(here, value)}`;
    }),
  );
}

function answerWord(path: string, value: unknown): string {
  if (Array.isArray(value)) return listed(value.map((each) => t.code("condition", String(each))));
  if (value === "yes" || value === "no" || value === "unknown") return t(`console.answer.${value}`);
  if (typeof value !== "string") return String(value);
  return maybe(`found.${path}.${value}`) || t.code(`console.answer.${path}`, value);
}

function conditionWords(conditions: unknown): string {
  if (!Array.isArray(conditions)) return "";
  return listed(conditions.map(({ code }: { code: string }) => t.code("condition", code)));
}
