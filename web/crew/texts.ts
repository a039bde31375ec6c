import crew from "@texts/crew.json";
import early from "@texts/early.json";
import protocols from "@texts/protocols.json";
import shared from "@texts/shared.json";
import team from "@texts/team.json";
import { translator } from "@shared/texts.ts";

export const t = translator({ ...early, ...protocols, ...shared, ...team, ...crew });
