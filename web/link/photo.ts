/** Make a photo small on the telephone: at most 1,280 px and 300 kB, a JPEG without the place and the device in it. */

const BYTES_MAX = 300_000;
const SIDE_MAX = 1280;

/** The size a picture is drawn in: never larger than it was. */
export function fitted(width: number, height: number, side = SIDE_MAX): { width: number; height: number } {
  const share = Math.min(1, side / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

export async function smallJpeg(file: Blob): Promise<Blob | null> {
  const picture = await loaded(file);
  if (picture === null) return null;
  for (const [side, quality] of [[SIDE_MAX, 0.8], [SIDE_MAX, 0.6], [960, 0.6], [640, 0.5]] as const) {
    const canvas = document.createElement("canvas");
    const size = fitted(picture.naturalWidth, picture.naturalHeight, side);
    canvas.width = size.width;
    canvas.height = size.height;
    canvas.getContext("2d")?.drawImage(picture, 0, 0, size.width, size.height);
    const jpeg = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (jpeg !== null && jpeg.size <= BYTES_MAX) return jpeg;
  }
  return null;
}

function loaded(file: Blob): Promise<HTMLImageElement | null> {
  const address = URL.createObjectURL(file);
  const picture = new Image();
  return new Promise((done) => {
    const end = (found: HTMLImageElement | null): void => {
      URL.revokeObjectURL(address);
      done(found);
    };
    picture.onload = () => end(picture);
    picture.onerror = () => end(null);
    picture.src = address;
  });
}
