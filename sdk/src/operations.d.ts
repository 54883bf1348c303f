/**
 * The API operations that this client calls: method, path, and whether a request can be repeated.
 * Types come from the OpenAPI document; a test compares this table with it.
 */
import type { components, operations } from "./gen/api.ts";
import type { Task, TaskList } from "./model.ts";
/**
 * What to do if it is unknown whether a request arrived. `safe`: retry, the operation is idempotent.
 * `keyed`: retry with the same idempotency key. `once`: do not retry, it could run twice.
 */
export type Repeat = "safe" | "keyed" | "once";
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
/** Operations without a client method, each with the reason. */
export declare const NOT_CALLED: {
  readonly callHook: "called by external systems, which sign with the hook's secret";
  readonly finishMcpAuthorization: "browsers are redirected to it by an authorization server";
  readonly mcp: "called by MCP clients through their own libraries";
};
export type OperationId = Exclude<keyof operations, keyof typeof NOT_CALLED>;
export interface Operation {
  readonly method: Method;
  readonly path: string;
  /**
   * A field of every successful response, with `[]` after the name of a list; null for a response
   * without a body. It tells the service from another one that answers in JSON.
   */
  readonly field: string | null;
  readonly repeat: Repeat;
}
export declare const OPERATIONS: Readonly<Record<OperationId, Operation>>;
type Json<Content> = Content extends {
  content: {
    "application/json": infer Body;
  };
}
  ? Body
  : never;
/** The request body of an operation. */
export type BodyOf<Id extends OperationId> = Json<NonNullable<operations[Id]["requestBody"]>>;
/** The query parameters of an operation. */
export type QueryOf<Id extends OperationId> = NonNullable<operations[Id]["parameters"]["query"]>;
/** The path parameters of an operation. */
export type PathOf<Id extends OperationId> = NonNullable<operations[Id]["parameters"]["path"]>;
/** Replaces schemas for which this package has a more precise type. */
type Refined<Body> = Body extends components["schemas"]["Task"]
  ? Task
  : Body extends components["schemas"]["TaskList"]
    ? TaskList
    : Body;
type Responses<Id extends OperationId> = operations[Id]["responses"];
/** The response body of a successful operation; `void` for a 204. */
export type ResponseOf<Id extends OperationId> = 204 extends keyof Responses<Id>
  ? void
  : Refined<Json<Responses<Id>[keyof Responses<Id>]>>;
export {};
