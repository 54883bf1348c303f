/** The result of a call: a promise of its body, which can also tell about the response. */
/** A response: its body and what came with it. */
export interface WithResponse<Value> {
  readonly data: Value;
  /** The HTTP status. */
  readonly status: number;
  readonly headers: Headers;
  /** Quote it when you report a problem. */
  readonly requestId: string | null;
  /** The version of the resource, for `ifMatch`; null if the resource has none. */
  readonly etag: string | null;
}
/** A promise of a response's body. The request has been sent. */
export declare class ApiPromise<Value> implements Promise<Value> {
  #private;
  readonly [Symbol.toStringTag] = "ApiPromise";
  /** @internal */
  constructor(response: Promise<WithResponse<Value>>);
  /** Resolves with the body together with the status, the headers and the request id. */
  withResponse(): Promise<WithResponse<Value>>;
  then<Result1 = Value, Result2 = never>(
    onValue?: ((value: Value) => Result1 | PromiseLike<Result1>) | null,
    onError?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2>;
  catch<Result = never>(
    onError?: ((reason: unknown) => Result | PromiseLike<Result>) | null,
  ): Promise<Value | Result>;
  finally(onSettled?: (() => void) | null): Promise<Value>;
}
