/** Paginated lists. */
import type { ApiPromise, WithResponse } from "./api-promise.ts";
/** One page of a list. */
export interface ListPage<Item> {
  readonly data: readonly Item[];
  /** `cursor` of the next page; null on the last one. */
  readonly next_cursor: string | null;
}
/** The items of a page. */
export type ItemOf<Page> = Page extends ListPage<infer Item> ? Item : never;
/**
 * A list: await it for its first page, or iterate over it for the items of all pages. Iterating
 * requests a page only when the previous one is consumed. Nothing is requested before.
 */
export declare class Paged<Page extends ListPage<unknown>>
  implements Promise<Page>, AsyncIterable<ItemOf<Page>>
{
  #private;
  readonly [Symbol.toStringTag] = "Paged";
  /**
   * @internal
   * @param pageAfter requests the page of a cursor; undefined for the first page
   */
  constructor(pageAfter: (cursor: string | undefined) => ApiPromise<Page>);
  /** Resolves with the first page together with the status, the headers and the request id. */
  withResponse(): Promise<WithResponse<Page>>;
  then<Result1 = Page, Result2 = never>(
    onPage?: ((page: Page) => Result1 | PromiseLike<Result1>) | null,
    onError?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2>;
  catch<Result = never>(
    onError?: ((reason: unknown) => Result | PromiseLike<Result>) | null,
  ): Promise<Page | Result>;
  finally(onSettled?: (() => void) | null): Promise<Page>;
  [Symbol.asyncIterator](): AsyncGenerator<ItemOf<Page>, void, undefined>;
}
/** Returns a query for the page of a cursor. */
export declare function queryAt<Query extends object>(
  query: Query,
  cursor: string | undefined,
): Query & {
  readonly cursor?: string;
};
