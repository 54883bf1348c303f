/** Maps a tree of Markdown to elements. HTML in it is text, links are checked, pictures are links. */
export { parseMarkdown } from "./markdown-tree.ts";
import type { ComponentChildren } from "preact";
import type { AlignType, Nodes } from "mdast";
import { safeAddress } from "./foreign.ts";
import { Text } from "./text.tsx";

/** The elements of a node and of what is in it. */
export function MarkdownNode({ node }: { readonly node: Nodes }): ComponentChildren {
  switch (node.type) {
    case "root":
      return <Children nodes={node.children} />;
    case "paragraph":
      return (
        <p>
          <Children nodes={node.children} />
        </p>
      );
    case "heading":
      return (
        <p
          class={`md-heading md-h${node.depth}`}
          role="heading"
          aria-level={Math.min(node.depth + 2, 6)}
        >
          <Children nodes={node.children} />
        </p>
      );
    case "text":
      return <Text text={node.value} />;
    case "strong":
      return (
        <strong>
          <Children nodes={node.children} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Children nodes={node.children} />
        </em>
      );
    case "delete":
      return (
        <del>
          <Children nodes={node.children} />
        </del>
      );
    case "inlineCode":
      return (
        <code class="md-code">
          <Text text={node.value} />
        </code>
      );
    case "code":
      return (
        <pre class="md-block" tabIndex={0}>
          <code>
            <Text text={node.value} />
          </code>
        </pre>
      );
    case "blockquote":
      return (
        <blockquote>
          <Children nodes={node.children} />
        </blockquote>
      );
    case "list":
      return node.ordered === true ? (
        <ol start={node.start ?? 1}>
          <Children nodes={node.children} />
        </ol>
      ) : (
        <ul>
          <Children nodes={node.children} />
        </ul>
      );
    case "listItem":
      return (
        <li>
          {typeof node.checked === "boolean" && (
            <input type="checkbox" checked={node.checked} disabled aria-label="Task" />
          )}
          <Children nodes={node.children} />
        </li>
      );
    case "table":
      return <MarkdownTable rows={node.children} align={node.align ?? []} />;
    case "link":
      return (
        <Link address={node.url}>
          <Children nodes={node.children} />
        </Link>
      );
    case "image":
      // A picture of the net would tell its server that, and when, the page was looked at.
      return (
        <Link address={node.url}>
          <Text text={`picture: ${node.alt ?? ""}`} />
        </Link>
      );
    case "break":
      return <br />;
    case "thematicBreak":
      return <hr />;
    case "html":
      return <Text text={node.value} />;
    default:
      return "children" in node ? (
        <Children nodes={node.children} />
      ) : "value" in node ? (
        <Text text={node.value} />
      ) : null;
  }
}

function Children({ nodes }: { readonly nodes: readonly Nodes[] }) {
  return (
    <>
      {nodes.map((node, i) => (
        <MarkdownNode key={i} node={node} />
      ))}
    </>
  );
}

interface MarkdownTableProps {
  readonly rows: readonly Extract<Nodes, { type: "tableRow" }>[];
  readonly align: readonly AlignType[];
}

function MarkdownTable({ rows, align }: MarkdownTableProps) {
  return (
    <div class="md-table" tabIndex={0} role="region" aria-label="Table">
      <table>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i}>
              {row.children.map((cell, j) => {
                const Cell = i === 0 ? "th" : "td";
                return (
                  <Cell key={j} class={align[j] === "right" ? "number" : ""}>
                    <Children nodes={cell.children} />
                  </Cell>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A link of others: it shows its host, and opens apart from the page. */
function Link({
  address,
  children,
}: {
  readonly address: string;
  readonly children: ComponentChildren;
}) {
  const safe = safeAddress(address);
  if (safe === null) {
    return (
      <span class="md-no-link" title="This address cannot be opened from here.">
        {children}{" "}
        <span class="muted">
          (<Text text={address} />)
        </span>
      </span>
    );
  }
  return (
    <a href={safe.href} target="_blank" rel="noopener noreferrer">
      {children} <span class="md-host">({safe.host})</span>
    </a>
  );
}
