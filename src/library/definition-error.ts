/**
 * A mistake in the code of a deployment. Thrown while the Worker starts, so `wrangler deploy` and
 * `wrangler dev` report it before a task is accepted. The message is one sentence that names the
 * tool, agent, provider or planner.
 */
export class DefinitionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DefinitionError";
  }
}
