/** JSON as a tree: opened by hand, copied by value or by path, and only built where it is seen. */
import { useMemo, useRef, useState } from "preact/hooks";
import { CopyButton } from "./copy.tsx";
import { lineOf } from "./foreign.ts";
import { openAtFirst, rowsOf, type JsonRow } from "./json-rows.ts";
import { Text, TextBlock } from "./text.tsx";
import { useWindow } from "./use-window.ts";

const ROW_PX = 24;
/** Deeper rows stay at this indentation. */
const MOST_INDENT = 16;
const LONG_STRING = 160;

/** Any JSON: a text as text, everything else as a tree. */
export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  if (typeof value === "string") {
    return value === "" ? <p class="muted">Empty text</p> : <TextBlock text={value} />;
  }
  return <JsonTree value={value} label={label} />;
}

/** JSON as a tree of rows. */
export function JsonTree({ value, label }: { readonly value: unknown; readonly label: string }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(() => openAtFirst(value));
  const rows = useMemo(() => rowsOf(value, open), [value, open]);
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const { first, end } = useWindow(list, rows.length, ROW_PX, box);
  const toggle = (pointer: string): void => {
    const next = new Set(open);
    if (!next.delete(pointer)) {
      next.add(pointer);
    }
    setOpen(next);
  };
  return (
    <div class="json">
      <div class="json-copy">
        <CopyButton text={() => jsonOf(value)} label={`Copy ${label} as JSON`} />
      </div>
      <div class="json-box" ref={box} tabIndex={0} role="group" aria-label={label}>
        <div class="json-rows" ref={list} style={{ height: `${rows.length * ROW_PX}px` }}>
          <div style={{ transform: `translateY(${first * ROW_PX}px)` }}>
            {rows.slice(first, end).map((row) => (
              <TreeRow key={row.pointer} row={row} onToggle={toggle} />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

interface TreeRowProps {
  readonly row: JsonRow;
  readonly onToggle: (pointer: string) => void;
}

function TreeRow({ row, onToggle }: TreeRowProps) {
  const { pointer, depth, name, value, size, isOpen, omitted } = row;
  const indent = { paddingInlineStart: `${Math.min(depth, MOST_INDENT) * 14 + 6}px` };
  if (omitted !== undefined) {
    return (
      <div class="json-row muted" style={indent}>
        … {omitted.toLocaleString("en-US")} more
      </div>
    );
  }
  const label = (
    <>
      {name !== null && (
        <span class="json-name">
          <Text text={lineOf(name, 80)} />
        </span>
      )}
      <Value value={value} size={size} isOpen={isOpen} />
    </>
  );
  return size === null || size === 0 ? (
    <div class="json-row" style={indent} title={pointer}>
      <span class="json-twist" />
      {label}
    </div>
  ) : (
    <button
      type="button"
      class="json-row json-open"
      style={indent}
      title={pointer}
      aria-expanded={isOpen}
      onClick={() => onToggle(pointer)}
    >
      <span class="json-twist" aria-hidden="true">
        {isOpen ? "▾" : "▸"}
      </span>
      {label}
    </button>
  );
}

interface ValueProps {
  readonly value: unknown;
  readonly size: number | null;
  readonly isOpen: boolean;
}

function Value({ value, size, isOpen }: ValueProps) {
  if (size !== null) {
    const [start, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    const hint = isOpen ? "" : ` ${previewOf(value)} `;
    return (
      <span class="json-brackets">
        {size === 0 ? `${start}${close}` : isOpen ? start : `${start}${hint}${close}`}
        {size > 0 && <span class="json-size">{size.toLocaleString("en-US")}</span>}
      </span>
    );
  }
  if (typeof value === "string") {
    return (
      <span class="json-string">
        “<Text text={lineOf(value, LONG_STRING)} />”
      </span>
    );
  }
  return <span class={`json-${value === null ? "null" : typeof value}`}>{String(value)}</span>;
}

/** Some names of a folded object, so that it differs from its neighbours. */
function previewOf(value: unknown): string {
  if (Array.isArray(value)) {
    return "…";
  }
  const names = Object.keys(value as object).slice(0, 4);
  return lineOf(names.join(", "), 60);
}

/** JSON with indentation, or what can be said about a value that is nested too deeply for that. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value, null, 2) ?? "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}
