import crew from "@texts/crew.json";
import journey from "@texts/journey.json";
import protocols from "@texts/protocols.json";
import scene from "@texts/scene.json";
import shared from "@texts/shared.json";
import standby from "@texts/standby.json";
import team from "@texts/team.json";
import { translator } from "@shared/texts.ts";

export const t = translator({ ...journey, ...standby, ...scene, ...protocols, ...shared, ...team, ...crew });
