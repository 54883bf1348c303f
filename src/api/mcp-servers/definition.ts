/** The definition of an MCP server that a client registers. */
import type { McpServerDefinition } from "../../run/spec/mcp-server.ts";
import { MAX_DEFINITION_CHARS } from "../../run/spec/tool-definition.ts";
import { defined } from "../../run/value/defined.ts";
import type { ApiDeps } from "../context.ts";
import { Problem } from "../http/problem.ts";
import { invalid } from "../http/validation.ts";
import type { ServerBody } from "./schemas.ts";

/** Returns the definition in a body. @throws Problem `validation_failed`, `oauth_unavailable` */
export function definitionOf(
  deps: ApiDeps,
  name: string,
  { oauth, ...rest }: ServerBody,
): McpServerDefinition {
  const definition: McpServerDefinition = {
    name,
    source: "tenant",
    ...rest,
    ...defined({ oauth: oauth === undefined ? undefined : defined(oauth) }),
  };
  if (JSON.stringify(definition).length > MAX_DEFINITION_CHARS) {
    const detail = `has more than ${MAX_DEFINITION_CHARS} characters of JSON`;
    throw invalid("body", [{ pointer: "", detail }]);
  }
  const defects = deps.mcp.defects(definition);
  if (defects.length > 0) {
    throw invalid("body", defects);
  }
  if (oauth !== undefined) {
    checkKeepsTokens(deps);
  }
  return definition;
}

/** @throws Problem `oauth_unavailable` if the deployment cannot store tokens */
export function checkKeepsTokens(deps: ApiDeps): void {
  if (!deps.mcp.keepsTokens) {
    const detail = "needs the setting OPSPAWN_ENCRYPTION_KEY, which is not set";
    throw new Problem("oauth_unavailable", `OAuth ${detail}.`, {
      faults: [{ pointer: "/oauth", detail }],
    });
  }
}
