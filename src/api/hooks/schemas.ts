/** Zod schemas of hooks; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { HOOK_SCHEMES } from "../../store/hooks.ts";
import { freeObject, listOf, plainText, timestamp } from "../schemas.ts";
import { type Examples, TASK_ID, AT } from "../openapi/examples.ts";

const template = freeObject.openapi({
  description:
    "The body of a submission. Its strings can contain `{{path.to.field}}`, which refers to the request's body.",
  example: { input_data: { goal: "Triage the issue {{issue.title}}" } },
});
const scheme = z.enum(HOOK_SCHEMES).openapi({
  description:
    "`standard`: Standard Webhooks. `github`: X-Hub-Signature-256, which has no timestamp.",
});
const hookName = plainText(256).min(1).describe("A name for people.");

export const createHook = z
  .strictObject({
    name: hookName,
    template,
    scheme: scheme.default("standard"),
    enabled: z.boolean().default(true).describe("A disabled hook starts no tasks."),
    secret: plainText(256).min(16).optional().openapi({
      description:
        "Signs each request to the hook. Default: generated. With the scheme `standard`: `whsec_` and base64.",
    }),
  })
  .openapi("CreateHook");

export const changeHook = z
  .strictObject({
    name: hookName.optional(),
    template: template.optional(),
    enabled: z.boolean().optional().describe("A disabled hook starts no tasks."),
  })
  .openapi("ChangeHook");

const hookFields = {
  id: z.string().openapi({
    description: "The id of the hook.",
    example: "hook_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  }),
  name: z.string().describe("A name for people."),
  url: z.string().openapi({ description: "The URL for its requests." }),
  scheme,
  template,
  enabled: z.boolean().describe("Whether its requests start tasks."),
  version: z.number().int().describe("Counts its changes, from 1."),
  created_at: timestamp.describe("When the hook was created."),
  updated_at: timestamp.describe("When the hook last changed."),
};
export const hook = z.object(hookFields).openapi("Hook");
export type HookJson = z.output<typeof hook>;
export const newHook = z
  .object({ ...hookFields, secret: z.string().describe("Signs each request to the hook.") })
  .openapi("NewHook");
export const hookList = listOf(hook).openapi("HookList");

export const hookPath = z.object({
  id: z.string().openapi({
    param: { name: "id", in: "path" },
    description: "The id of the hook.",
    example: "hook_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  }),
});

export const startedTask = z
  .object({
    id: z.string().describe("The id of the task."),
    task_id: z.string().openapi({ description: "The same as `id`.", deprecated: true }),
    status: z.string().describe("The status of the task."),
    created_at: timestamp.describe("When the task was submitted."),
  })
  .openapi("StartedTask", {
    description: "Contains no more, because the caller of a hook has no key to read tasks.",
  });

const exampleTemplate = { input_data: { goal: "Triage the issue {{issue.title}}" } };

const exampleHook = {
  id: "hook_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  name: "New issues",
  url: "https://opspawn.example.com/hooks/hook_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15",
  scheme: "github",
  template: exampleTemplate,
  enabled: true,
  version: 1,
  created_at: AT,
  updated_at: AT,
};

const EXAMPLE_SECRET = "an example of 256 random bits";

/** Examples by schema name. */
export const examples: Examples = {
  HookList: { data: [exampleHook], next_cursor: null },
  Hook: exampleHook,
  NewHook: { ...exampleHook, secret: EXAMPLE_SECRET },
  CreateHook: {
    name: "New issues",
    scheme: "github",
    template: exampleTemplate,
    secret: EXAMPLE_SECRET,
  },
  ChangeHook: { template: exampleTemplate, enabled: false },
  StartedTask: { id: TASK_ID, task_id: TASK_ID, status: "pending", created_at: AT },
};
