/** Send a photo in pieces: the server says how far it is, and what has arrived is never sent twice. */
import { authorised } from "@shared/api.ts";
import type { PhotoBlob } from "./store.ts";

/** Two seconds of a line of 128 kbit/s. */
const PIECE_BYTES = 32 * 1024;

/** whole: it is sealed on the server; later: no network, or the server cannot store now; never: waiting does not help. */
export type Sent = "whole" | "later" | "never";

export async function sendPhoto({ patient_id, photo_id, jpeg }: PhotoBlob): Promise<Sent> {
  const path = `/api/patients/${patient_id}/photos/${photo_id}`;
  const digest = [...new Uint8Array(await crypto.subtle.digest("SHA-256", jpeg))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  try {
    let answer = await fetch(path, { method: "HEAD", headers: authorised() });
    for (;;) {
      const offset = answer.headers.get("Upload-Offset");
      if (offset === null) return mayCome(answer.status) ? "later" : "never";
      if (answer.headers.get("Upload-Complete") === "?1") return "whole";
      const from = Number(offset);
      const headers = authorised({ "upload-offset": offset, "upload-length": String(jpeg.byteLength), "x-sha256": digest, "content-type": "application/offset+octet-stream" });
      answer = await fetch(path, { method: "PATCH", headers, body: jpeg.slice(from, from + PIECE_BYTES) });
    }
  } catch (error) {
    if (error instanceof TypeError) return "later"; // the line was cut: the next welcome goes on from there
    throw error;
  }
}

/** Whether the same bytes may be taken another time: the server has no room, is asked too often, or the session is over. */
export function mayCome(status: number): boolean {
  return status >= 500 || status === 401 || status === 408 || status === 429;
}
