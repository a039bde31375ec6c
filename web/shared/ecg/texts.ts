import ecg from "@texts/ecg.json";
import { translator } from "@shared/texts.ts";

export const t = translator(ecg);
