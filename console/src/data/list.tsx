/** Lists of the service: read page by page, with all their states. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Opspawn } from "../../../sdk/src/index.ts";
import { Button } from "../parts/button.tsx";
import type { IconName } from "../parts/icon.tsx";
import type { LoadState } from "../parts/load-state.ts";
import { PageHead } from "../parts/page-head.tsx";
import { Empty, Loaded } from "../parts/states.tsx";
import { Table, type Column } from "../parts/table.tsx";
import { useViewActions } from "../parts/view-actions.ts";
import { lacking } from "../session/store.ts";
import { useQuery } from "./use-query.ts";

/** Items of one page. */
const PAGE = 100;

/** A page of a list, or several of them as one. */
export interface ListPage<Item> {
  readonly data: readonly Item[];
  readonly next_cursor: string | null;
}

interface Reading<Item> {
  /** Names the list among the reads of the page. */
  readonly name: string;
  readonly read: (
    opspawn: Opspawn,
    query: { readonly limit: number; readonly cursor?: string },
    signal: AbortSignal,
  ) => PromiseLike<ListPage<Item>>;
  /** Pause between two reads, in milliseconds. */
  readonly everyMs: number;
}

interface Looks<Item> {
  /** Name of the table for readers. */
  readonly label: string;
  readonly columns: readonly Column<Item>[];
  readonly keyOf: (item: Item) => string;
  readonly hrefOf?: (item: Item) => string;
  /** What is shown while there is nothing. */
  readonly empty: { readonly icon: IconName; readonly title: string; readonly text?: string };
}

interface ListProps<Item> extends Reading<Item>, Looks<Item> {}

/** A list within a section. */
export function List<Item>(props: ListProps<Item>) {
  const { state, more } = useList(props);
  return <Body {...props} state={state} more={more} />;
}

interface ListViewProps<Item> extends Reading<Item>, Omit<Looks<Item>, "columns" | "label"> {
  readonly title: string;
  readonly about: string;
  /** On the right of the title, before the button. */
  readonly tabs?: ComponentChildren;
  /** The button that makes a new one, and the dialog that it opens. */
  readonly create?: {
    readonly text: string;
    /** The scope that it needs. */
    readonly scope: string;
    readonly dialog: (onClose: () => void) => ComponentChildren;
  };
  /** Shows only some of the items: the choice above the list, and what it chooses. */
  readonly filter?: {
    readonly bar: (items: readonly Item[]) => ComponentChildren;
    readonly fits: (item: Item) => boolean;
    readonly none: string;
  };
  readonly label?: string;
  readonly columns?: readonly Column<Item>[];
  /** Draws the items instead of a table. */
  readonly children?: (items: readonly Item[]) => ComponentChildren;
}

/** A view that is a list: its head, its button for a new one, and the items. */
export function ListView<Item>(props: ListViewProps<Item>) {
  const { title, about, tabs, create, filter, label = title, columns = [], children } = props;
  const { state, more } = useList(props);
  const [isNew, setNew] = useState(false);
  const mayCreate = create !== undefined && lacking(create.scope) === null;
  useViewActions(
    mayCreate ? [{ text: create.text, icon: "plus", act: () => setNew(true) }] : [],
    `${title} ${mayCreate}`,
  );
  const button = create !== undefined && (
    <Button kind="primary" icon="plus" needs={lacking(create.scope)} onClick={() => setNew(true)}>
      {create.text}
    </Button>
  );
  const body = <Body {...props} label={label} columns={columns} state={state} more={more} />;
  return (
    <>
      <PageHead title={title} about={about}>
        {tabs}
        {button}
      </PageHead>
      {filter?.bar(state.value?.data ?? [])}
      {children === undefined ? <section class="card">{body}</section> : body}
      {isNew && create?.dialog(() => setNew(false))}
    </>
  );
}

interface BodyProps<Item> extends Looks<Item>, Pick<ListViewProps<Item>, "filter" | "children"> {
  readonly state: LoadState<ListPage<Item>>;
  readonly more: () => void;
}

function Body<Item>({ state, more, empty, filter, children, ...looks }: BodyProps<Item>) {
  return (
    <Loaded state={state} skeleton={children === undefined ? "rows" : "card"}>
      {({ data, next_cursor }) => {
        const items = filter === undefined ? data : data.filter((item) => filter.fits(item));
        return (
          <>
            {items.length > 0 ? (
              (children?.(items) ?? (
                <Table {...looks} items={items} {...(items.length > PAGE && { row: ROW_PX })} />
              ))
            ) : (
              <Empty
                icon={empty.icon}
                title={data.length === 0 ? empty.title : (filter?.none ?? empty.title)}
              >
                {data.length === 0 ? empty.text : undefined}
              </Empty>
            )}
            {next_cursor !== null && (
              <p class="list-more muted">
                The first {data.length} are shown.
                <Button kind="quiet" isBusy={state.isLoading} onClick={more}>
                  Show more
                </Button>
              </p>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

/** Height of a row of a long list. */
const ROW_PX = 44;

/** Reads a list, one page at first, and one more at each call of `more`. */
function useList<Item>({ name, read, everyMs }: Reading<Item>): {
  readonly state: LoadState<ListPage<Item>>;
  readonly more: () => void;
} {
  const [pages, setPages] = useState(1);
  const state = useQuery(
    pages === 1 ? name : `${name} in ${pages} pages`,
    async (opspawn, signal): Promise<ListPage<Item>> => {
      let page = await read(opspawn, { limit: PAGE }, signal);
      const data = [...page.data];
      for (let i = 1; i < pages && page.next_cursor !== null; i += 1) {
        page = await read(opspawn, { limit: PAGE, cursor: page.next_cursor }, signal);
        data.push(...page.data);
      }
      return { data, next_cursor: page.next_cursor };
    },
    { everyMs },
  );
  return { state, more: () => setPages(pages + 1) };
}
