/** Who came through the door against who was announced: four things to look at, one tap when they are the same. */
import { useEffect, useRef, useState } from "preact/hooks";
import { bandCode, seenAtDoor, type DoorField } from "../model/door.ts";
import type { Tile as TileRow } from "../model/tiles.ts";
import type { Wall } from "../state.ts";
import { t } from "../texts.ts";

const FIELDS: readonly DoorField[] = ["call_sign", "sex", "age_band", "code"];

/** The chip of a tile whose patient is here: asks to compare, or says what came of it. */
export function DoorChip({ wall, tile }: { wall: Wall; tile: TileRow }) {
  const [open, setOpen] = useState(false);
  const { door, arrived_at } = tile.activation;
  if (arrived_at === null) return null;
  const label = door === null ? t("wall.door") : door.differing.length === 0 ? t("wall.door.checked") : t("wall.door.mismatch", { what: door.differing.map((one) => t(`wall.door.${one}`)).join(" ") });
  const look = door === null ? "" : door.differing.length === 0 ? "ready-chip" : "wrong";
  return (
    <>
      <button type="button" class={`chip door ${look}`} onClick={() => setOpen(true)}>{label}</button>
      {open && <DoorSheet wall={wall} tile={tile} onClose={() => setOpen(false)} />}
    </>
  );
}

function DoorSheet({ wall, tile, onClose }: { wall: Wall; tile: TileRow; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [differing, setDiffering] = useState<ReadonlySet<DoorField>>(new Set());
  useEffect(() => dialog.current?.showModal(), []);
  const announced = seenAtDoor(tile);
  const toggle = (field: DoorField): void => setDiffering((before) => new Set(before.has(field) ? [...before].filter((one) => one !== field) : [...before, field]));
  const report = async (): Promise<void> => {
    const seen = Object.fromEntries(FIELDS.map((field) => [field, differing.has(field) ? null : announced[field]]));
    if (await wall.ask("check-at-door", { activation_id: tile.activation.id, ...seen })) onClose();
  };
  return (
    <dialog ref={dialog} class="door-check" aria-label={t("wall.door.title")} onCancel={onClose}>
      <h2>{t("wall.door.title")}</h2>
      <ul>
        {FIELDS.map((field) => (
          <li key={field}>
            <span class="door-field">{t(`wall.door.${field}`)}</span>
            <strong>{shown(field, announced[field])}</strong>
            <button type="button" class="chip" aria-pressed={differing.has(field)} onClick={() => toggle(field)}>{t("wall.door.differs")}</button>
          </li>
        ))}
      </ul>
      <p class="door-do">
        <button type="button" class="step" onClick={() => void report()}>{t(differing.size === 0 ? "wall.door.same" : "wall.door.report")}</button>
        <button type="button" class="step" onClick={onClose}>{t("ui.cancel")}</button>
      </p>
    </dialog>
  );
}

function shown(field: DoorField, value: string): string {
  if (field === "sex") return value === "unknown" ? "—" : t(value === "male" ? "wall.sex.male" : "wall.sex.female");
  if (field !== "age_band") return value === "unknown" ? "—" : value;
  const band = bandCode(value);
  return band === null ? t(value === "newborn" ? "age.newborn" : value === "infant" ? "age.infant" : "age.unknown") : t("age.band", band);
}
