/** Text of others, in one line or as a block. Never markup. */
import { useState } from "preact/hooks";
import { sizeText } from "./number.ts";
import { cutAt, GATE_CHARS, lineOf, MORE_CHARS, piecesOf, PREVIEW_CHARS } from "./foreign.ts";
import { Button } from "./button.tsx";

interface TextProps {
  /** Text of a person, a model or a tool. */
  readonly text: string;
  readonly class?: string;
}

/** Foreign text within a line: isolated, with marks for characters that cannot be seen. */
export function Text({ text, class: name = "" }: TextProps) {
  return (
    <bdi class={`foreign ${name}`}>
      {piecesOf(text).map((piece, i) =>
        piece.isMark ? (
          <span key={i} class="text-mark">
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </bdi>
  );
}

/** Foreign text on one line that is cut at its box. */
export function Line({ text, class: name = "" }: TextProps) {
  const line = lineOf(text);
  return <Text text={line} class={`clip ${name}`} />;
}

/** A block of foreign text. A long one shows its beginning, its size, and more on request. */
export function TextBlock({ text, class: name = "" }: TextProps) {
  const [shown, setShown] = useState(text.length > GATE_CHARS ? PREVIEW_CHARS : text.length);
  const visible = cutAt(text, shown);
  const rest = text.length - visible.length;
  return (
    <div class={`text-block ${name}`}>
      <pre class="text-pre">
        <Text text={visible} />
      </pre>
      {rest > 0 && (
        <p class="text-more">
          {sizeText(visible.length)} of {sizeText(text.length)} shown{" "}
          <Button kind="quiet" onClick={() => setShown(shown + MORE_CHARS)}>
            Show 64 KiB more
          </Button>
        </p>
      )}
    </div>
  );
}
