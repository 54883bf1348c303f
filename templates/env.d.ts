/** What the templates have besides the bindings of the service; `wrangler types` writes it in a project. */
interface Env {
  readonly PLANS: KVNamespace;
  readonly SLACK_API: string;
}
