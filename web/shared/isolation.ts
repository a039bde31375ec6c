/** Suspected infection belongs to one patient: the vehicle is warned of everybody, the receiving door of the one who comes. */
import type { Findings, Patient } from "./rows.ts";

export function isInfectious(patient: Pick<Patient, "findings"> | null | undefined): boolean {
  const scene = patient?.findings["scene"];
  return typeof scene === "object" && !Array.isArray(scene) && (scene as Findings)["infectious_suspected"] === "yes";
}

/** Who is to be isolated, when it is not everybody: their codes; empty when all or none are. */
export function isolatedAmong(patients: readonly Pick<Patient, "findings" | "code">[]): readonly string[] {
  const suspected = patients.filter(isInfectious);
  return suspected.length === patients.length ? [] : suspected.map(({ code }) => code);
}
