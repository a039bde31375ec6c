import { t } from "./direct/texts.ts";

/** Who acted, as `dispatch/called.py` keeps it: a name as it is, a role without a name by its word. */
export const calledWord = (who: string): string => (who.startsWith("role.") ? t.code("role", who.slice("role.".length)) : who);
