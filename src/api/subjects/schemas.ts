/** Zod schemas of subjects; see `schemas.ts`. */
import { z } from "@hono/zod-openapi";
import { plainText } from "../schemas.ts";

export const subjectPath = z.object({
  subject: plainText(128)
    .min(1)
    .openapi({
      param: { name: "subject", in: "path" },
      description:
        "Who or what tasks are about: the `subject` of a task. Encode it as a part of a URL.",
      example: "user-42",
    }),
});

export const exportText = z.string().openapi({
  description: "Records, each on a line.",
  example:
    '{"kind":"task","id":"task_01936f3e-5c1a-7b7e-9c65-1f6f4e6f0a15","status":"completed"}\n',
});
