/**
 * The one MCP server of this service: an offer (tools, resources, prompts) wired to the SDK's
 * protocol machine. Every mount answers with this code; they differ in what they offer and in
 * whether a session is kept.
 */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import {
  WebStandardStreamableHTTPServerTransport,
  type WebStandardStreamableHTTPServerTransportOptions,
} from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
  type CallToolResult,
  type CompleteResult,
  type GetPromptResult,
  type ListResourcesResult,
  type Prompt,
  type ReadResourceResult,
  type ResourceTemplate,
  type ServerNotification,
  type ServerRequest,
  type Tool,
} from "@modelcontextprotocol/sdk/types.js";
import { CfWorkerJsonSchemaValidator } from "@modelcontextprotocol/sdk/validation/cfworker";
import { version } from "../../../package.json";
import { defined } from "../../run/value/defined.ts";

/** A handler's view of its request, and how it sends messages to the client while it works. */
export type CallExtra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** A tool call as it came; `arguments` is `{}` where a client sent none. */
export interface CallRequest {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface OfferedResources {
  list(cursor: string | undefined): Promise<ListResourcesResult>;
  readonly templates: readonly ResourceTemplate[];
  /** @throws McpError -32002 where there is no such resource */
  read(uri: string): Promise<ReadResourceResult>;
  /** Whether clients may subscribe; nothing is announced to those that do. */
  readonly subscribe?: true;
}

export interface OfferedPrompts {
  readonly prompts: readonly Prompt[];
  /** @throws McpError -32602 where there is no such prompt */
  get(name: string, args: Readonly<Record<string, string>>): GetPromptResult;
  complete(argument: { readonly name: string; readonly value: string }): CompleteResult;
}

/** What a server offers. */
export interface Offer {
  /** Told to the client's model. */
  readonly instructions?: string;
  /** A list, or a function that reads it on request. */
  readonly tools: readonly Tool[] | (() => Promise<readonly Tool[]>);
  /** @throws McpError for what is no call of a tool */
  call(request: CallRequest, extra: CallExtra): Promise<CallToolResult>;
  readonly resources: OfferedResources;
  readonly prompts?: OfferedPrompts;
  /** Whether tools write to the client's log. */
  readonly logging?: true;
}

/** A server on its transport, ready for requests. */
export interface Connection {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** Ends every answer that is under way; the handlers' signals are aborted. */
  readonly close: () => Promise<void>;
}

/** A server with this offer. `options` say whether a session is kept. */
export async function connect(
  offer: Offer,
  options: WebStandardStreamableHTTPServerTransportOptions,
): Promise<Connection> {
  const { instructions, resources, prompts, logging } = offer;
  // Its other class takes zod schemas only, and answers in its own words where arguments do not fit.
  // oxlint-disable-next-line typescript/no-deprecated -- "for advanced use cases", as it says itself
  const server = new Server(
    { name: "opspawn", title: "Opspawn", version },
    {
      capabilities: {
        tools: {},
        resources: resources.subscribe === true ? { subscribe: true } : {},
        ...(prompts === undefined ? {} : { prompts: {}, completions: {} }),
        ...(logging === true ? { logging: {} } : {}),
      },
      ...defined({ instructions }),
      // The default validator generates code from strings, which workerd forbids.
      jsonSchemaValidator: new CfWorkerJsonSchemaValidator(),
    },
  );
  server.setRequestHandler(ListToolsRequestSchema, async () => ({
    tools: [...(typeof offer.tools === "function" ? await offer.tools() : offer.tools)],
  }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) =>
    offer.call({ name: params.name, arguments: params.arguments ?? {} }, extra),
  );
  server.setRequestHandler(ListResourcesRequestSchema, ({ params }) =>
    resources.list(params?.cursor),
  );
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({
    resourceTemplates: [...resources.templates],
  }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => resources.read(params.uri));
  if (resources.subscribe === true) {
    server.setRequestHandler(SubscribeRequestSchema, () => ({}));
    server.setRequestHandler(UnsubscribeRequestSchema, () => ({}));
  }
  if (prompts !== undefined) {
    server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: [...prompts.prompts] }));
    server.setRequestHandler(GetPromptRequestSchema, ({ params }) =>
      prompts.get(params.name, params.arguments ?? {}),
    );
    server.setRequestHandler(CompleteRequestSchema, ({ params }) =>
      prompts.complete(params.argument),
    );
  }
  const transport = new WebStandardStreamableHTTPServerTransport(options);
  await server.connect(transport);
  return { transport, close: () => server.close() };
}
