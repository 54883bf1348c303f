/** OpenAPI operations of `/api/v1/secrets`. */
import { createRoute } from "@hono/zod-openapi";
import { requireScope } from "../http/auth.ts";
import { jsonBody } from "../http/body.ts";
import { BODY_PROBLEMS, ifMatch, json, refusals, SECURED } from "../openapi/routes.ts";
import { plainPageQuery } from "../schemas.ts";
import * as schemas from "./schemas.ts";

const shared = {
  tags: ["Secrets"],
  security: SECURED,
  middleware: [requireScope("secrets:write")],
};
const SECRET = "/api/v1/secrets/{name}";

export const listRoute = createRoute({
  ...shared,
  method: "get",
  path: "/api/v1/secrets",
  operationId: "listSecrets",
  summary: "List secrets",
  description: "Lists the tenant's secrets by name, without their values.",
  request: { query: plainPageQuery },
  responses: {
    200: json("A page of secrets.", schemas.secretList),
    ...refusals("validation_failed"),
  },
});

export const getRoute = createRoute({
  ...shared,
  method: "get",
  path: SECRET,
  operationId: "getSecret",
  summary: "Get one secret, without its value",
  request: { params: schemas.secretPath },
  responses: {
    200: json("The secret.", schemas.secret, "ETag"),
    ...refusals("not_found", "validation_failed"),
  },
});

export const setRoute = createRoute({
  ...shared,
  middleware: [requireScope("secrets:write"), jsonBody] as const,
  method: "put",
  path: SECRET,
  operationId: "setSecret",
  summary: "Create a secret, or replace its value",
  description:
    "Calls use the new value within seconds; nothing has to be deployed or submitted again. A request with the stored value and hosts changes nothing.",
  request: {
    params: schemas.secretPath,
    headers: ifMatch,
    body: { required: true, content: { "application/json": { schema: schemas.setBody } } },
  },
  responses: {
    200: json("The secret; its version is new if the value is.", schemas.secret, "ETag"),
    201: json("The new secret.", schemas.secret, "Location", "ETag"),
    ...refusals(
      ...BODY_PROBLEMS,
      "not_found",
      "too_many_secrets",
      "encryption_unavailable",
      "precondition_failed",
    ),
  },
});

export const removeRoute = createRoute({
  ...shared,
  method: "delete",
  path: SECRET,
  operationId: "deleteSecret",
  summary: "Delete a secret",
  description:
    "Calls that refer to it fail with `secret_missing`. Without `provider.<name>`, model calls use the deployment's key.",
  request: { params: schemas.secretPath, headers: ifMatch },
  responses: {
    204: { description: "Deleted." },
    ...refusals("not_found", "validation_failed", "precondition_failed"),
  },
});
