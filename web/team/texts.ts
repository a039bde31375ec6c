import shared from "@texts/shared.json";
import member from "@texts/member.json";
import team from "@texts/team.json";
import { translator } from "@shared/texts.ts";

export const t = translator({ ...member, ...shared, ...team });
