/**
 * The fixed offer that the protocol's conformance suite asks for, by name and by content: see the
 * scenarios of `@modelcontextprotocol/conformance`, requirements 2025-11-25.
 */
import {
  CreateMessageResultSchema,
  ElicitResultSchema,
  ErrorCode,
  McpError,
  type CallToolResult,
  type ContentBlock,
  type ElicitRequestFormParams,
  type GetPromptResult,
  type PromptMessage,
  type TextContent,
  type Tool,
} from "@modelcontextprotocol/sdk/types.js";
import type {
  CallExtra,
  CallRequest,
  Offer,
  OfferedPrompts,
  OfferedResources,
} from "../../src/api/mcp/server.ts";

/** Between two things that a tool tells of, milliseconds. */
const STEP_MS = 50;

/** One red pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/** A header and no samples. */
const WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

type Handler = (args: CallRequest["arguments"], extra: CallExtra) => Promise<CallToolResult>;

interface Fixture {
  readonly description: string;
  readonly inputSchema?: Tool["inputSchema"];
  readonly call: Handler;
}

/** The offer of one session. */
export function conformanceOffer(): Offer {
  return {
    tools: Object.entries(TOOLS).map(([name, { description, inputSchema }]) => ({
      name,
      description,
      inputSchema: inputSchema ?? { type: "object" },
    })),
    call: async (request, extra) => {
      const fixture = TOOLS[request.name];
      if (fixture === undefined) {
        throw new McpError(ErrorCode.InvalidParams, `There is no tool "${request.name}".`);
      }
      return fixture.call(request.arguments, extra);
    },
    resources: RESOURCES,
    prompts: PROMPTS,
    logging: true,
  };
}

const image: ContentBlock = { type: "image", data: PNG, mimeType: "image/png" };

const TOOLS: Readonly<Record<string, Fixture>> = {
  test_simple_text: {
    description: "Answers with a text",
    call: async () => text("This is a simple text response for testing."),
  },
  test_image_content: {
    description: "Answers with an image",
    call: async () => ({ content: [image] }),
  },
  test_audio_content: {
    description: "Answers with audio",
    call: async () => ({ content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }] }),
  },
  test_embedded_resource: {
    description: "Answers with a resource",
    call: async () => ({
      content: [
        embedded("test://embedded-resource", "text/plain", "This is an embedded resource content."),
      ],
    }),
  },
  test_multiple_content_types: {
    description: "Answers with a text, an image and a resource",
    call: async () => ({
      content: [
        { type: "text", text: "Multiple content types test:" },
        image,
        embedded(
          "test://mixed-content-resource",
          "application/json",
          '{"test":"data","value":123}',
        ),
      ],
    }),
  },
  test_tool_with_logging: {
    description: "Writes to the client's log three times",
    call: async (_args, extra) => {
      const says = ["Tool execution started", "Tool processing data", "Tool execution completed"];
      for (const [i, data] of says.entries()) {
        await scheduler.wait(i === 0 ? 0 : STEP_MS);
        await extra.sendNotification({
          method: "notifications/message",
          params: { level: "info", data },
        });
      }
      return text("Tool with logging executed successfully");
    },
  },
  test_error_handling: {
    description: "Fails",
    call: async () => ({
      ...text("This tool intentionally returns an error for testing"),
      isError: true,
    }),
  },
  test_tool_with_progress: {
    description: "Tells its progress three times",
    call: async (_args, extra) => {
      const progressToken = extra._meta?.progressToken;
      for (const progress of [0, 50, 100]) {
        await scheduler.wait(progress === 0 ? 0 : STEP_MS);
        if (progressToken !== undefined) {
          await extra.sendNotification({
            method: "notifications/progress",
            params: { progressToken, progress, total: 100 },
          });
        }
      }
      return text("Tool with progress executed successfully");
    },
  },
  test_sampling: {
    description: "Asks the client's model",
    inputSchema: strings("prompt"),
    call: async (args, extra) => {
      const { content } = await extra.sendRequest(
        {
          method: "sampling/createMessage",
          params: {
            messages: [{ role: "user", content: said(String(args["prompt"])) }],
            maxTokens: 100,
          },
        },
        CreateMessageResultSchema,
      );
      return text(`LLM response: ${content.type === "text" ? content.text : content.type}`);
    },
  },
  test_elicitation: {
    description: "Asks the client's user",
    inputSchema: strings("message"),
    call: async (args, extra) =>
      text(
        `User response: ${await elicited(extra, String(args["message"]), {
          username: { type: "string", description: "User's response" },
          email: { type: "string", description: "User's email address" },
        })}`,
      ),
  },
  test_elicitation_sep1034_defaults: {
    description: "Asks the client's user, with defaults",
    call: async (_args, extra) =>
      text(
        `Elicitation completed: ${await elicited(extra, "Please review", {
          name: { type: "string", default: "John Doe" },
          age: { type: "integer", default: 30 },
          score: { type: "number", default: 95.5 },
          status: {
            type: "string",
            enum: ["active", "inactive", "pending"],
            default: "active",
          },
          verified: { type: "boolean", default: true },
        })}`,
      ),
  },
  test_elicitation_sep1330_enums: {
    description: "Asks the client's user to choose",
    call: async (_args, extra) =>
      text(
        `Elicitation completed: ${await elicited(extra, "Please choose", {
          untitledSingle: { type: "string", enum: ["option1", "option2", "option3"] },
          titledSingle: {
            type: "string",
            oneOf: [
              { const: "value1", title: "First Option" },
              { const: "value2", title: "Second Option" },
              { const: "value3", title: "Third Option" },
            ],
          },
          legacyEnum: {
            type: "string",
            enum: ["opt1", "opt2", "opt3"],
            enumNames: ["Option One", "Option Two", "Option Three"],
          },
          untitledMulti: {
            type: "array",
            items: { type: "string", enum: ["option1", "option2", "option3"] },
          },
          titledMulti: {
            type: "array",
            items: {
              anyOf: [
                { const: "value1", title: "First Choice" },
                { const: "value2", title: "Second Choice" },
                { const: "value3", title: "Third Choice" },
              ],
            },
          },
        })}`,
      ),
  },
  test_reconnection: {
    description: "Closes its stream in mid-call; the client comes back for the answer",
    call: async (_args, extra) => {
      extra.closeSSEStream?.();
      await scheduler.wait(2 * STEP_MS);
      return text("Reconnection test completed successfully");
    },
  },
  json_schema_2020_12_tool: {
    description: "Tool with JSON Schema 2020-12 features",
    inputSchema: {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      $defs: {
        address: {
          $anchor: "addressDef",
          type: "object",
          properties: { street: { type: "string" }, city: { type: "string" } },
        },
      },
      properties: {
        name: { type: "string" },
        address: { $ref: "#/$defs/address" },
        contactMethod: { type: "string", enum: ["phone", "email"] },
        phone: { type: "string" },
        email: { type: "string" },
      },
      allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
      if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { required: ["phone"] },
      else: { required: ["email"] },
      additionalProperties: false,
    },
    call: async () => text("The schema is what matters"),
  },
};

const WATCHED = "test://watched-resource";

const RESOURCES: OfferedResources = {
  subscribe: true,
  templates: [
    {
      uriTemplate: "test://template/{id}/data",
      name: "template",
      description: "Data for an id",
      mimeType: "application/json",
    },
  ],
  list: async () => ({
    resources: [
      {
        uri: "test://static-text",
        name: "static-text",
        description: "A text",
        mimeType: "text/plain",
      },
      {
        uri: "test://static-binary",
        name: "static-binary",
        description: "An image",
        mimeType: "image/png",
      },
      { uri: WATCHED, name: "watched", description: "May be watched", mimeType: "text/plain" },
    ],
  }),
  read: async (uri) => {
    const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
    if (id !== undefined) {
      const data = { id, templateTest: true, data: `Data for ID: ${id}` };
      return { contents: [{ uri, mimeType: "application/json", text: JSON.stringify(data) }] };
    }
    switch (uri) {
      case "test://static-text":
        return {
          contents: [
            {
              uri,
              mimeType: "text/plain",
              text: "This is the content of the static text resource.",
            },
          ],
        };
      case "test://static-binary":
        return { contents: [{ uri, mimeType: "image/png", blob: PNG }] };
      case WATCHED:
        return { contents: [{ uri, mimeType: "text/plain", text: "Watched resource content" }] };
      default:
        throw new McpError(-32_002, "There is no such resource.", { uri });
    }
  },
};

const PROMPTS: OfferedPrompts = {
  prompts: [
    { name: "test_simple_prompt", description: "A text" },
    {
      name: "test_prompt_with_arguments",
      description: "A text with two arguments",
      arguments: [
        { name: "arg1", description: "First test argument", required: true },
        { name: "arg2", description: "Second test argument", required: true },
      ],
    },
    {
      name: "test_prompt_with_embedded_resource",
      description: "A resource and a text",
      arguments: [
        { name: "resourceUri", description: "URI of the resource to embed", required: true },
      ],
    },
    { name: "test_prompt_with_image", description: "An image and a text" },
  ],
  get: (name, args) => {
    switch (name) {
      case "test_simple_prompt":
        return prompt(said("This is a simple prompt for testing."));
      case "test_prompt_with_arguments":
        return prompt(
          said(`Prompt with arguments: arg1='${args["arg1"]}', arg2='${args["arg2"]}'`),
        );
      case "test_prompt_with_embedded_resource":
        return prompt(
          embedded(
            args["resourceUri"] ?? "",
            "text/plain",
            "Embedded resource content for testing.",
          ),
          said("Please process the embedded resource above."),
        );
      case "test_prompt_with_image":
        return prompt(image, said("Please analyze the image above."));
      default:
        throw new McpError(ErrorCode.InvalidParams, `There is no prompt "${name}".`);
    }
  },
  complete: ({ value }) => {
    const values = ["paris", "park", "party"].filter((word) => word.startsWith(value));
    return { completion: { values, total: values.length, hasMore: false } };
  },
};

/** What the client's user answers to a form with these fields, as a text. */
async function elicited(
  extra: CallExtra,
  message: string,
  properties: ElicitRequestFormParams["requestedSchema"]["properties"],
): Promise<string> {
  const required = Object.keys(properties);
  const { action, content } = await extra.sendRequest(
    {
      method: "elicitation/create",
      params: { message, requestedSchema: { type: "object", properties, required } },
    },
    ElicitResultSchema,
  );
  return `action=${action}, content=${JSON.stringify(content ?? {})}`;
}

function text(words: string): CallToolResult {
  return { content: [said(words)] };
}

function said(words: string): TextContent {
  return { type: "text", text: words };
}

function embedded(uri: string, mimeType: string, words: string): ContentBlock {
  return { type: "resource", resource: { uri, mimeType, text: words } };
}

function prompt(...contents: readonly ContentBlock[]): GetPromptResult {
  return { messages: contents.map((content): PromptMessage => ({ role: "user", content })) };
}

/** An object of required texts. */
function strings(...names: readonly string[]): Tool["inputSchema"] {
  return {
    type: "object",
    properties: Object.fromEntries(names.map((name) => [name, { type: "string" }])),
    required: [...names],
  };
}
