/** What the operator is looking at. One object, plain signals; nothing here asks the server. */
import { signal } from "@preact/signals";
import { EVERYTHING, type Filter } from "../logic/unit_filter.ts";

export type Tab = "assess" | "hospital" | "register" | "log";
export const TABS: readonly Tab[] = ["assess", "hospital", "register", "log"];
export type Zone = "queue" | "map" | "incident" | "units";
export const ZONES: readonly Zone[] = ["queue", "incident", "map", "units"];

export class Selection {
  readonly incidentId = signal<string | null>(null);
  readonly unitId = signal<string | null>(null);
  readonly patientId = signal<string | null>(null);
  readonly tab = signal<Tab>("assess");
  /** The next click on the map is the scene. */
  readonly picking = signal(false);
  readonly filter = signal<Filter>(EVERYTHING);
  /** Which zone a narrow or enlarged window shows. */
  readonly zone = signal<Zone>("queue");
  /** Words that the incident's place search starts with, as typed on the command line. */
  readonly search = signal<string | null>(null);
  /** These words also go to the online geocoder. */
  readonly searchOnline = signal(false);
  readonly help = signal(false);
  /** Counts up when the map should show something: the target is read at that moment. */
  readonly flyTo = signal<{ readonly lon: number; readonly lat: number } | null>(null);

  showIncident(id: string | null): void {
    if (this.incidentId.peek() !== id) {
      this.patientId.value = null;
      this.picking.value = false;
      this.search.value = null;
      this.searchOnline.value = false;
    }
    this.incidentId.value = id;
    this.zone.value = id === null ? "queue" : "incident";
  }

  showUnit(id: string | null): void {
    this.unitId.value = id;
  }
}
