/** A picture of a tool: of a type that has no code in it, from the bytes of the log. */
import { useEffect, useMemo } from "preact/hooks";
import { sizeText } from "./number.ts";

/** SVG can have scripts and load others; it is not among them. */
const TYPES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
]);

interface PictureProps {
  readonly mediaType: string;
  readonly base64: string;
}

/** The picture, or its type and size if it cannot be shown. */
export function Picture({ mediaType, base64 }: PictureProps) {
  const url = useMemo(() => urlOf(mediaType, base64), [mediaType, base64]);
  useEffect(
    () => () => {
      if (url !== null) {
        URL.revokeObjectURL(url);
      }
    },
    [url],
  );
  return url === null ? (
    <p class="muted">
      {mediaType}, {sizeText((base64.length * 3) / 4)}
    </p>
  ) : (
    <img class="picture" src={url} alt={`Picture of the tool, ${mediaType}`} />
  );
}

function urlOf(mediaType: string, base64: string): string | null {
  if (!TYPES.has(mediaType)) {
    return null;
  }
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return URL.createObjectURL(new Blob([bytes], { type: mediaType }));
  } catch {
    return null;
  }
}
