import shared from "@texts/shared.json";
import team from "@texts/team.json";
import wall from "@texts/wall.json";
import { translator } from "@shared/texts.ts";

export const t = translator({ ...shared, ...team, ...wall });
