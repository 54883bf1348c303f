/**
 * What `@opspawn/worker` exports outside workerd, so that tools and agents can be tested in Node: all
 * definitions. `createOpspawn` needs Durable Objects.
 */
import { DefinitionError } from "./definition-error.ts";
import { extensionsOf, type OpspawnOptions } from "./extensions-of.ts";

export { defineAgent } from "./define-agent.ts";
export { defineTool } from "./define-tool.ts";
export { DefinitionError } from "./definition-error.ts";
export { fitImages } from "../run/value/picture.ts";
export { ToolStop } from "../run/value/failure.ts";
export { WithImages } from "../agent/tools/tool.ts";
export { readArguments } from "../run/decide/planner.ts";

/**
 * Checks the definitions of a deployment, and builds nothing.
 * @throws DefinitionError always: a deployment runs in workerd
 */
export function createOpspawn(options: OpspawnOptions<object>): never {
  extensionsOf(options);
  throw new DefinitionError(
    "createOpspawn needs Cloudflare's runtime: start the project with `opspawn dev` or `wrangler dev`, or import only the tool that you test.",
  );
}
