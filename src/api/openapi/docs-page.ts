/**
 * Renders the OpenAPI document as one HTML page without scripts, assets or network access, so that
 * it also works behind a firewall.
 */
import { html, raw } from "hono/html";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { METHODS, type Operation } from "./document.ts";

type OpenApi = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;
type Schema = { readonly $ref?: string } | undefined;

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#0a7d6c}
@media(prefers-color-scheme:dark){:root{--accent:#4fd1bd}}
body{font:16px/1.55 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:2rem 1rem 4rem}
h1{margin:0}h2{margin-top:3rem;border-bottom:1px solid var(--line)}
code,pre{font:.875em/1.5 ui-monospace,monospace}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;overflow:auto;padding:.75rem}
section{border:1px solid var(--line);border-radius:8px;margin:1rem 0;padding:0 1rem 1rem}
section h3{margin:1rem 0 .25rem;overflow-wrap:anywhere}
.method{color:var(--accent);font-weight:700}
table{border-collapse:collapse;display:block;overflow-x:auto}
td,th{border-bottom:1px solid var(--line);padding:.25rem .75rem .25rem 0;text-align:left;vertical-align:top}
nav a{margin-right:1rem}summary{cursor:pointer}a{color:var(--accent)}`;

type Html = ReturnType<typeof html>;

/** Returns the page of a document. */
export function docsPage(document: OpenApi): Html {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? "Other"))];
  const schemas = Object.entries(document.components?.schemas ?? {});
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${document.info.title} API ${document.info.version}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        <h1>${document.info.title} API <small>${document.info.version}</small></h1>
        <p>${document.info.description}</p>
        <p>
          Send your key as <code>Authorization: Bearer &lt;key&gt;</code>. The machine-readable form
          of this page is <a href="/openapi.json">/openapi.json</a>.
        </p>
        <nav>
          ${tags.map((tag) => html`<a href="#${tag}">${tag}</a>`)}<a href="#schemas">Schemas</a>
        </nav>
        ${tags.map(
          (tag) =>
            html`<h2 id="${tag}">${tag}</h2>
              ${operations
                .filter(({ operation }) => (operation.tags?.[0] ?? "Other") === tag)
                .map(({ method, path, operation }) => operationSection(method, path, operation))}`,
        )}
        <h2 id="schemas">Schemas</h2>
        ${schemas.map(
          ([name, schema]) =>
            html`<details id="${name}">
              <summary><code>${name}</code></summary>
              <pre>${JSON.stringify(schema, null, 2)}</pre>
            </details>`,
        )}
      </body>
    </html>`;
}

function operationSection(method: string, path: string, operation: Operation): Html {
  const body = operation.requestBody;
  const content = body !== undefined && "content" in body ? body.content : {};
  return html`<section id="${operation.operationId}">
    <h3><span class="method">${method.toUpperCase()}</span> <code>${path}</code></h3>
    <p>${prose(`${operation.summary}. ${operation.description ?? ""}`)}</p>
    ${parameterTable(operation)}
    ${Object.values(content).map((media) => html`<p>Body: ${schemaLink(media.schema)}</p>`)}
    <table>
      ${Object.entries(operation.responses ?? {}).map(
        ([status, response]: [string, { description?: string; content?: object }]) =>
          html`<tr>
            <th>${status}</th>
            <td>${prose(response.description ?? "")}</td>
            <td>${responseSchemas(response.content)}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}

function parameterTable(operation: Operation): Html | string {
  const parameters = (operation.parameters ?? []).filter((parameter) => "name" in parameter);
  return parameters.length === 0
    ? ""
    : html`<table>
        ${parameters.map(
          (parameter) =>
            html`<tr>
              <th><code>${parameter.name}</code></th>
              <td>${parameter.in}</td>
              <td>${prose(parameter.description ?? "")}</td>
            </tr>`,
        )}
      </table>`;
}

function responseSchemas(content: object | undefined): Html[] {
  return Object.values(content ?? {}).map((media: { schema?: Schema }) => schemaLink(media.schema));
}

function schemaLink(schema: Schema): Html {
  const name = schema !== undefined && "$ref" in schema ? schema.$ref.split("/").at(-1) : undefined;
  return name === undefined ? html`` : html`<a href="#${name}"><code>${name}</code></a> `;
}

/** Renders text with its `backticked` parts as code. */
function prose(text: string): (Html | string)[] {
  return text.split("`").map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}
