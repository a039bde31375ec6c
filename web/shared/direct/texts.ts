/** The sentences that crew, wall and console share about the direct way, the talk between them, and the handoff. */
import direct from "@texts/direct.json";
import shared from "@texts/shared.json";
import { translator } from "@shared/texts.ts";

export const t = translator({ ...shared, ...direct });
