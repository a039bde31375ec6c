import crew from "@texts/crew.json";
import journey from "@texts/journey.json";
import protocols from "@texts/protocols.json";
import scene from "@texts/scene.json";
import shared from "@texts/shared.json";
import standby from "@texts/standby.json";
import team from "@texts/team.json";
import type { Complaint } from "@shared/complaint.ts";
import { translator } from "@shared/texts.ts";

export const t = translator({ ...journey, ...standby, ...scene, ...protocols, ...shared, ...team, ...crew });

/** What a complaint is called in either language: callers' words are compared with both. */
export function complaintNames(complaint: Complaint): readonly string[] {
  const { zh, en } = crew[`complaint.${complaint}`];
  return [zh, en];
}
