/**
 * The MCP server of this service: connects an offer (tools, resources, prompts) to the SDK. All
 * endpoints use this code. They differ in their offer and in whether they have sessions.
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

/** The context of a request, with functions that send messages to the client during the call. */
export type CallExtra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** A tool call. `arguments` is `{}` if the client sent none. */
export interface CallRequest {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

export interface OfferedResources {
  list(cursor: string | undefined): Promise<ListResourcesResult>;
  readonly templates: readonly ResourceTemplate[];
  /** Reads a resource. @throws McpError -32002 for an unknown one */
  read(uri: string): Promise<ReadResourceResult>;
  /** Set if clients may subscribe. Subscribers receive no notifications. */
  readonly subscribe?: true;
}

export interface OfferedPrompts {
  readonly prompts: readonly Prompt[];
  /** Returns a prompt. @throws McpError -32602 for an unknown one */
  get(name: string, args: Readonly<Record<string, string>>): GetPromptResult;
  complete(argument: { readonly name: string; readonly value: string }): CompleteResult;
}

/** The tools, resources and prompts of a server. */
export interface Offer {
  /** Instructions for the client's model. */
  readonly instructions?: string;
  /** A list, or a function that reads it on request. */
  readonly tools: readonly Tool[] | (() => Promise<readonly Tool[]>);
  /** Runs a tool. @throws McpError for an invalid call, such as an unknown tool */
  call(request: CallRequest, extra: CallExtra): Promise<CallToolResult>;
  readonly resources: OfferedResources;
  readonly prompts?: OfferedPrompts;
  /** Set if tools send log messages to the client. */
  readonly logging?: true;
}

/** A server on its transport, ready for requests. */
export interface Connection {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** Ends every response in progress, and aborts the handlers' signals. */
  readonly close: () => Promise<void>;
}

/** Starts a server with an offer. `options` decide whether it has sessions. */
export async function connect(
  offer: Offer,
  options: WebStandardStreamableHTTPServerTransportOptions,
): Promise<Connection> {
  const { instructions, resources, prompts, logging } = offer;
  // `McpServer` accepts only zod schemas, and has its own error texts for invalid arguments.
  // oxlint-disable-next-line typescript/no-deprecated -- documented "for advanced use cases"
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
