/** The sentences of the physician's page. */
import reader from "@texts/reader.json";
import shared from "@texts/shared.json";
import { translator } from "@shared/texts.ts";

export const t = translator({ ...shared, ...reader });
