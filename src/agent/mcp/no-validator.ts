/**
 * Stands for `ajv` and `ajv-formats` in the bundle (`alias` in wrangler.toml). The SDK of MCP loads
 * them as its default validator, which cannot work in workerd: it compiles schemas to code. Ours is
 * `jsonSchemaValidator`.
 */
export default function unavailable(): never {
  throw new Error("ajv is not part of the Worker");
}
