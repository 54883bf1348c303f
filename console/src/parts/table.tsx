/** A table. With many rows it builds only those that are seen. */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { useWindow } from "./use-window.ts";

/** A column: its header, and the cell of an item. */
export interface Column<Item> {
  readonly id: string;
  readonly header: ComponentChildren;
  readonly cell: (item: Item) => ComponentChildren;
  /** CSS width; a column without one shares the rest. */
  readonly width?: string;
  readonly isNumber?: boolean;
  /** Hidden if the table is narrower: `m` below 900 px, `s` below 600 px. */
  readonly hide?: "s" | "m";
}

interface TableProps<Item> {
  /** Name of the table for readers. */
  readonly label: string;
  readonly columns: readonly Column<Item>[];
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  /** Address that a click on a row opens. The first cell should be a link to it, for keys. */
  readonly hrefOf?: (item: Item) => string;
  readonly isSelected?: (item: Item) => boolean;
  /** Height of a row in pixels, which makes all rows alike. Required for more than 200 rows. */
  readonly row?: number;
  /** How many rows there are in all, if these are only the first of them. */
  readonly total?: number | null;
}

const MOST_BUILT = 200;

/** A table of items. */
export function Table<Item>(props: TableProps<Item>) {
  const { label, columns, items, total = null } = props;
  return (
    <div class="table-box">
      <table class="table" aria-label={label} aria-rowcount={(total ?? items.length) + 1}>
        <colgroup>
          {columns.map(({ id, width, hide }) => (
            <col
              key={id}
              class={hide === undefined ? "" : `hide-${hide}`}
              {...(width === undefined ? {} : { style: { width } })}
            />
          ))}
        </colgroup>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" class={classOf(column)}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        {items.length > MOST_BUILT && props.row !== undefined ? (
          <WindowedRows {...props} row={props.row} />
        ) : (
          <tbody>
            {items.map((item, index) => (
              <Row key={props.keyOf(item)} {...props} item={item} index={index} />
            ))}
          </tbody>
        )}
      </table>
    </div>
  );
}

function WindowedRows<Item>(props: TableProps<Item> & { readonly row: number }) {
  const { items, row, columns } = props;
  const ref = useRef<HTMLTableSectionElement>(null);
  const { first, end } = useWindow(ref, items.length, row);
  return (
    <tbody ref={ref}>
      <Spacer height={first * row} columns={columns.length} />
      {items.slice(first, end).map((item, i) => (
        // Keyed by its place in the pool: scrolling changes rows instead of making new ones.
        <Row key={`pool-${i}`} {...props} item={item} index={first + i} />
      ))}
      <Spacer height={(items.length - end) * row} columns={columns.length} />
    </tbody>
  );
}

function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  return (
    <tr aria-hidden="true" class="table-spacer" style={{ height: `${height}px` }}>
      <td colSpan={columns} />
    </tr>
  );
}

function Row<Item>({
  columns,
  item,
  index,
  hrefOf,
  isSelected,
  row,
}: TableProps<Item> & { readonly item: Item; readonly index: number }) {
  const href = hrefOf?.(item);
  return (
    <tr
      aria-rowindex={index + 2}
      aria-selected={isSelected?.(item)}
      class={href === undefined ? "" : "table-link"}
      {...(row === undefined ? {} : { style: { height: `${row}px` } })}
      onClick={(event) => openRow(event)}
    >
      {columns.map((column) => (
        <td key={column.id} class={classOf(column)}>
          {column.cell(item)}
        </td>
      ))}
    </tr>
  );
}

/** Opens the row's first link if the click was on no link or button of its own. */
function openRow(event: MouseEvent & { readonly currentTarget: HTMLElement }): void {
  const { target, currentTarget } = event;
  const isOnControl =
    target instanceof Element && target.closest("a, button, input, label, summary") !== null;
  const isSelecting = getSelection()?.isCollapsed === false;
  if (!isOnControl && !isSelecting && currentTarget.classList.contains("table-link")) {
    currentTarget.querySelector("a")?.click();
  }
}

function classOf<Item>({ isNumber = false, hide }: Column<Item>): string {
  return `${isNumber ? "number" : ""} ${hide === undefined ? "" : `hide-${hide}`}`.trim();
}
