/**
 * Serves Connect and gRPC-Web. The gateway serves native gRPC, because a Worker cannot send its
 * trailers. Checks key and scope before it reads the body, and discards the body of a rejected
 * call.
 */
import {
  createConnectRouter,
  createContextValues,
  type HandlerContext,
  type Interceptor,
} from "@connectrpc/connect";
import {
  assertByteStreamRequest,
  universalServerRequestFromFetch,
  universalServerResponseToFetch,
} from "@connectrpc/connect/protocol";
import { callerIn, checkScope } from "../api/http/auth.ts";
import { bodyTooLarge, bounded, discarded } from "../api/http/body.ts";
import type { ApiContext } from "../api/context.ts";
import { Problem } from "../api/http/problem.ts";
import type { Scope } from "../store/keys.ts";
import { callerKey, sceneKey, sceneOf, type CallScene } from "./call.ts";
import { TaskService } from "./gen/opspawn/v1/tasks_pb.ts";
import { grpcErrorOf } from "./errors.ts";
import { taskService } from "./service.ts";

/**
 * Nesting limit of a message. One level of JSON takes three messages, so JSON reaches its own limit
 * of 64 levels first, which has a better error message.
 */
const RECURSION = 300;

const SCOPES: Readonly<Record<keyof typeof TaskService.method, Scope>> = {
  createTask: "tasks:write",
  getTask: "tasks:read",
  listTasks: "tasks:read",
  cancelTask: "tasks:write",
  sendMessage: "tasks:write",
  decideApproval: "tasks:write",
  changeLimits: "tasks:write",
  retryTask: "tasks:write",
  deleteTask: "tasks:write",
  watchTask: "tasks:read",
};
const scopes: ReadonlyMap<string, Scope> = new Map(Object.entries(SCOPES));

/** Authenticates the caller before the first byte of the message is read. */
async function gate(context: HandlerContext): Promise<void> {
  const scene = sceneOf(context);
  const { method, values } = context;
  try {
    const scope = scopes.get(method.localName) ?? "admin";
    const caller = await scene.caller();
    checkScope(caller, scope);
    values.set(callerKey, caller);
  } catch (error) {
    await scene.discard();
    throw grpcErrorOf(scene, error);
  }
}

/** Maps the errors of handlers to errors of the protocol. */
const refusing: Interceptor = (next) => async (request) => {
  const scene = sceneOf({ values: request.contextValues });
  try {
    const response = await next(request);
    return response.stream
      ? { ...response, message: refusingStream(scene, response.message) }
      : response;
  } catch (error) {
    throw grpcErrorOf(scene, error);
  }
};

async function* refusingStream<T>(scene: CallScene, messages: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* messages;
  } catch (error) {
    throw grpcErrorOf(scene, error);
  }
}

const { handlers } = createConnectRouter({
  grpc: false,
  requestGate: gate,
  interceptors: [refusing],
  // JSON requests: an unknown field is rejected by name.
  jsonOptions: { ignoreUnknownFields: false },
  binaryOptions: { recursionLimit: RECURSION },
}).service(TaskService, taskService);
const byPath = new Map(handlers.map((handler) => [handler.requestPath, handler]));

/** Handles a call. @throws Problem `not_found` for an unknown method */
export async function serveGrpc(c: ApiContext): Promise<Response> {
  const handler = byPath.get(c.req.path);
  if (handler === undefined) {
    throw new Problem("not_found", "Unknown method.");
  }
  const request = universalServerRequestFromFetch(c.req.raw, {});
  assertByteStreamRequest(request);
  const { body: sent } = request;
  const scene: CallScene = {
    deps: c.var.deps,
    requestId: c.var.requestId,
    caller: () => callerIn(c),
    discard: () => discarded(sent),
  };
  const answer = await handler({
    ...request,
    body: bounded(sent, () => grpcErrorOf(scene, bodyTooLarge())),
    contextValues: createContextValues().set(sceneKey, scene),
  });
  if (answer.status >= 400) {
    await scene.discard();
  }
  const { body, status, headers } = universalServerResponseToFetch(answer);
  return new Response(body, { status, headers: [...c.res.headers, ...headers] });
}
