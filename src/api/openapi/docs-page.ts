/**
 * Renders the OpenAPI document as one HTML page with a search field. Style and script are part of
 * the page, and its Content-Security-Policy names their hashes: no other script runs, and nothing is
 * loaded from anywhere.
 */
import { html, raw } from "hono/html";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { ERRORS_PATH, PROBLEMS } from "../http/problem.ts";
import type { CodeSample } from "./code-samples.ts";
import { SCRIPT, STYLE } from "./docs-assets.ts";
import {
  boundsOf,
  fieldsOf,
  prose,
  requiredMark,
  typeOf,
  type Html,
  type Schema,
} from "./docs-schema.ts";
import { METHODS, type Operation } from "./document.ts";

type OpenApi = ReturnType<OpenAPIHono["getOpenAPI31Document"]>;

/** Returns the Content-Security-Policy of the page. */
export async function docsPolicy(): Promise<string> {
  const [script, style] = await Promise.all([SCRIPT, STYLE].map(sourceHash));
  return `default-src 'none'; script-src ${script}; style-src ${style}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}

async function sourceHash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
}

/** Returns the page of all problem codes, each with the operations that can return it. */
export function errorsPage(document: OpenApi): Html {
  const operations = operationsOf(document);
  const sections = Object.entries(PROBLEMS).map(([code, [status, title]]) => {
    const returning = operations.filter(({ operation }) => canReturn(operation, status, code));
    const everywhere = returning.length > operations.length / 2;
    return html`<section id="${code}">
      <h3><code>${code}</code></h3>
      <p>${status} · ${title}</p>
      <p>
        ${
          everywhere
            ? "Most operations can return it."
            : returning.map(
                ({ operation: { operationId } }) =>
                  html`<a href="/docs#${operationId}">${operationId}</a> `,
              )
        }
      </p>
    </section>`;
  });
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${document.info.title} error codes</title>
        <link rel="icon" href="data:," />
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <nav>
          <a href="/docs">All operations</a>
          ${Object.keys(PROBLEMS).map((code) => html`<a href="#${code}">${code}</a>`)}
        </nav>
        <main>
          <h1>Error codes</h1>
          <p>
            A rejected request is answered with a problem document (RFC 9457). Its
            <code>code</code> is stable; its <code>detail</code> says what was wrong with this
            request. Quote its <code>request_id</code> when you report a failure.
          </p>
          ${sections}
        </main>
      </body>
    </html>`;
}

function canReturn({ responses }: Operation, status: number, code: string): boolean {
  const response: { content?: Record<string, { examples?: object }> } =
    responses?.[String(status)] ?? {};
  return Object.values(response.content ?? {}).some(({ examples = {} }) => code in examples);
}

function operationsOf(document: OpenApi): Route[] {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      return operation === undefined ? [] : [{ method, path, operation }];
    }),
  );
}

/** Returns the page of a document. */
export function docsPage(document: OpenApi): Html {
  const operations = operationsOf(document);
  const tags = [...new Set(operations.map(({ operation }) => tagOf(operation)))];
  const schemas: [string, Schema][] = Object.entries(document.components?.schemas ?? {});
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${document.info.title} API ${document.info.version}</title>
        <link rel="icon" href="data:," />
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <nav>
          <input id="search" type="search" placeholder="Search" aria-label="Search" />
          ${tags.map(
            (tag) =>
              html`<details open>
                <summary>${tag}</summary>
                ${operations
                  .filter(({ operation }) => tagOf(operation) === tag)
                  .map(
                    ({ operation: { operationId, summary } }) =>
                      html`<a href="#${operationId}">${summary}</a>`,
                  )}
              </details>`,
          )}
          <details open>
            <summary>Schemas</summary>
            ${schemas.map(([name]) => html`<a href="#${name}">${name}</a>`)}
          </details>
        </nav>
        <main>
          <h1>${document.info.title} API <small>${document.info.version}</small></h1>
          <p>${document.info.description}</p>
          <p>
            Send your key as <code>Authorization: Bearer &lt;key&gt;</code>. The machine-readable
            form of this page is <a href="/openapi.json">/openapi.json</a>. Errors have
            <a href="${ERRORS_PATH}">stable codes</a>.
          </p>
          <p id="none" hidden>Nothing matches.</p>
          ${tags.map(
            (tag) =>
              html`<h2>${tag}</h2>
                ${operations
                  .filter(({ operation }) => tagOf(operation) === tag)
                  .map((one) => operationSection(one, new Map(schemas)))}`,
          )}
          <h2>Schemas</h2>
          ${schemas.map(([name, schema]) => schemaSection(name, schema))}
        </main>
        ${raw(`<script>${SCRIPT}</script>`)}
      </body>
    </html>`;
}

function tagOf(operation: Operation): string {
  return operation.tags?.[0] ?? "Other";
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

function operationSection(
  { method, path, operation }: Route,
  schemas: ReadonlyMap<string, Schema>,
): Html {
  const { operationId, summary, description = "", requestBody } = operation;
  const content = requestBody !== undefined && "content" in requestBody ? requestBody.content : {};
  return html`<section id="${operationId}">
    <h3>${summary}</h3>
    <p><b class="method">${method.toUpperCase()}</b> <code>${path}</code></p>
    <p>${prose(description)}</p>
    ${parameterTable(operation)}
    ${Object.entries(content).map(([type, media]) => bodyOf(type, media.schema ?? {}, schemas))}
    ${samplesOf(operation["x-codeSamples"])}
    <h4>Responses</h4>
    <table>
      ${Object.entries(operation.responses ?? {}).map(
        ([status, response]: [string, { description?: string; content?: object }]) =>
          html`<tr>
            <th>${status}</th>
            <td>${responseTypes(response.content)}</td>
            <td>${prose(response.description ?? "")}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}

function bodyOf(type: string, schema: Schema, schemas: ReadonlyMap<string, Schema>): Html {
  const whole = schemas.get(schema.$ref?.split("/").at(-1) ?? "") ?? schema;
  return html`<h4>Body</h4>
    <p>${typeOf(schema)} as <code>${type}</code></p>
    ${fieldsOf(whole)} ${exampleBlock(whole)}`;
}

function samplesOf(samples: readonly CodeSample[] = []): Html[] {
  return samples.map(
    ({ label, source }) =>
      html`<details>
        <summary>${label}</summary>
        <pre>${source}</pre>
      </details>`,
  );
}

function parameterTable(operation: Operation): Html | string {
  const parameters = (operation.parameters ?? []).filter((parameter) => "name" in parameter);
  return parameters.length === 0
    ? ""
    : html`<h4>Parameters</h4>
        <table>
          ${parameters.map(({ name, in: place, required, schema = {}, description = "" }) => {
            const shape: Schema = schema;
            return html`<tr>
              <th><code>${name}</code>${required === true ? requiredMark() : ""}</th>
              <td>${place}: ${typeOf(shape)} ${boundsOf(shape)}</td>
              <td>${prose(description)} ${exampleOf(shape)}</td>
            </tr>`;
          })}
        </table>`;
}

function exampleOf({ example }: Schema): Html | string {
  return typeof example === "string"
    ? html`<br /><small>Example: <code>${example}</code></small>`
    : "";
}

function responseTypes(content: object | undefined): Html[] {
  return Object.values(content ?? {}).map(
    (media: { schema?: Schema }) => html`${typeOf(media.schema ?? {})} `,
  );
}

function schemaSection(name: string, schema: Schema): Html {
  const { description = "" } = schema;
  return html`<section id="${name}">
    <h3><code>${name}</code></h3>
    <p>${prose(description)}</p>
    ${fieldsOf(schema)} ${exampleBlock(schema)}
  </section>`;
}

function exampleBlock({ example }: Schema): Html | string {
  return example === undefined
    ? ""
    : html`<details>
        <summary>Example</summary>
        <pre>${JSON.stringify(example, null, 2)}</pre>
      </details>`;
}
