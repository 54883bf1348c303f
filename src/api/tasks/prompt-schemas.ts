/** Zod schemas of prompts; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { UNTRUSTED } from "../../run/value/trust.ts";
import { freeObject, freeValue, whole } from "../schemas.ts";
import { taskPath } from "./schemas.ts";

export const promptPath = taskPath.extend({
  call_id: z
    .string()
    .regex(/^call_\d{1,15}$/, "must be the call_id of a model call")
    .openapi({
      param: { name: "call_id", in: "path" },
      description: "The id of the model call, from its `model.requested`.",
      example: "call_1",
    }),
});

export const promptQuery = z.strictObject({
  attempt: whole(1, Number.MAX_SAFE_INTEGER).optional().openapi({
    description: "The attempt of the call, from 1. Default: the last one.",
  }),
});

const picture = z
  .union([
    z.object({ url: z.string().describe("The address that the provider loads it from.") }),
    z.object({
      media_type: z.string().describe("The media type, such as `image/png`."),
      data_sha256: z
        .string()
        .describe("SHA-256 of its base64, in hex. In `body`, `sha256:` and this is its place."),
      data_chars: z.number().int().describe("Characters of its base64."),
    }),
  ])
  .openapi("PromptPicture", {
    description:
      "A picture without its data, which is in the event that brought it: `run.created` or the `tool.completed` of the call.",
  });

const pictures = z.array(picture).optional().describe("The pictures, in order.");
const files = z
  .array(
    z
      .object({
        sha256: z
          .string()
          .describe("SHA-256 of the file. In `body`, `sha256:` and this is the place of its data."),
        name: z.string().describe("The name of the file."),
        media_type: z.string().describe("The media type, such as `application/pdf`."),
        bytes: z.number().int().describe("The size of the file."),
        pages: z.number().int().optional().describe("The pages of a PDF."),
      })
      .openapi("PromptFile", { description: "A file that is not text, without its data." }),
  )
  .optional()
  .describe("The files that are not text.");
const turnText = z.string().describe("The text of the turn.");

const call = z.object({
  call_id: z.string().describe("The id of the tool call."),
  name: z.string().describe("The name of the tool."),
  arguments: freeValue.optional().describe("The arguments, if they are JSON."),
  arguments_text: z
    .string()
    .optional()
    .describe("The arguments as the model wrote them, if they are not JSON."),
  provider_id: z.string().optional().describe("The provider's id of the call."),
});

const result = z.object({
  call_id: z.string().describe("The id of the tool call."),
  name: z.string().describe("The name of the tool."),
  provider_id: z.string().optional().describe("The provider's id of the call."),
  output: freeValue.optional().describe("The output."),
  error: z
    .object({
      code: z.string().describe("A stable code; see the list of errors."),
      message: z.string().describe("What went wrong."),
    })
    .optional()
    .describe("Why there is no output."),
  images: pictures,
  untrusted: z.enum(UNTRUSTED).optional().describe("The untrusted source of the content."),
});

const role = <Name extends string>(name: Name) => z.literal(name).describe("Whose turn it is.");

const turn = z
  .discriminatedUnion("role", [
    z
      .object({ role: role("user"), text: turnText, images: pictures, files })
      .openapi("PromptUserTurn", {
        description: "What the client or a person wrote, with the text files of the task.",
      }),
    z
      .object({
        role: role("assistant"),
        text: turnText,
        tool_calls: z.array(call).describe("The tool calls that the model requested."),
      })
      .openapi("PromptAssistantTurn", {
        description: "A reply of the model, without data that only its provider reads.",
      }),
    z
      .object({
        role: role("tool"),
        results: z.array(result).describe("The results of the calls of the turn before."),
      })
      .openapi("PromptToolTurn", { description: "What tools returned." }),
    z.object({ role: role("notice"), text: turnText }).openapi("PromptNoticeTurn", {
      description: "A message from the service to the model. Providers see it as a user message.",
    }),
  ])
  .openapi("PromptTurn", {
    description: "One turn of the conversation, for every provider alike.",
  });

const tool = z.object({
  name: z.string().describe("The name of the tool."),
  description: z.string().describe("What the tool does."),
  input_schema: freeObject.describe("JSON Schema of the arguments."),
});

export const prompt = z
  .object({
    call_id: z.string().describe("The id of the model call."),
    attempt: z.number().int().describe("The attempt, from 1."),
    seq: z.number().int().describe("`seq` of its `model.requested`."),
    purpose: z
      .enum(["step", "compact"])
      .describe("`compact`: a summary of the conversation was requested. `step`: the next step."),
    model: z.string().describe("The model, as `provider/name`."),
    system: z.string().describe("The system text."),
    turns: z
      .array(turn)
      .describe("The conversation as far as the model saw it, oldest turn first."),
    tools: z
      .array(tool)
      .describe("The offered tools. Empty if the planner describes them in the system text."),
    stop: z.array(z.string()).describe("Texts at which the model stops."),
    output_schema: freeObject.optional().describe("JSON Schema of the answer."),
    body: z
      .string()
      .describe(
        "The body of the request to the provider: the exact text if `body_complete`. Otherwise pictures are `sha256:<hash>`, and after 2,000,000 characters the rest is cut.",
      ),
    body_chars: z.number().int().describe("Characters of the exact body."),
    body_complete: z.boolean().describe("Whether `body` is the exact text."),
    body_sha256: z.string().describe("SHA-256 of the exact body, in hex."),
    matches: z
      .boolean()
      .describe(
        "Whether this is the hash that the log noted when the request was sent. false: the code, the tools or the settings have changed since, and the model saw something else.",
      ),
  })
  .openapi("Prompt", { description: "What the model saw in a call, rebuilt from the log." });
