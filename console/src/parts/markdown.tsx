/** Text of models as Markdown. Until its parser is loaded, and if it cannot parse it, as it is. */
import type { Root } from "mdast";
import type { ComponentType } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { TextBlock } from "./text.tsx";

interface Parser {
  readonly parse: (text: string) => Root | null;
  readonly Node: ComponentType<{ readonly node: Root }>;
}

let parser: Parser | null = null;
let loading: Promise<Parser> | null = null;

function loadParser(): Promise<Parser> {
  loading ??= import("./markdown-nodes.tsx").then(({ parseMarkdown, MarkdownNode }) => {
    parser = { parse: parseMarkdown, Node: MarkdownNode };
    return parser;
  });
  return loading;
}

/** A text of a model. */
export function Markdown({ text }: { readonly text: string }) {
  const [loaded, setLoaded] = useState(parser);
  useEffect(() => {
    if (loaded === null) {
      // Without the parser, as in a tab of an earlier deployment, the text is shown as it is.
      loadParser().then(setLoaded, () => null);
    }
  }, [loaded]);
  const root = useMemo(() => loaded?.parse(text) ?? null, [loaded, text]);
  return loaded === null || root === null ? (
    <TextBlock text={text} class="md-plain" />
  ) : (
    <div class="md">
      <loaded.Node node={root} />
    </div>
  );
}
