/**
 * Reports each parameter and each property of a schema without a description, at any depth. A
 * reference is described by what it refers to. Examples hold data, so they are not searched.
 */

/** Keywords whose value is a schema. */
const ONE = ["items", "additionalProperties", "not"];
/** Keywords whose value is a list of schemas. */
const MANY = ["allOf", "anyOf", "oneOf", "prefixItems"];
/** Keywords whose value is a map of schemas. */
const MAPS = ["patternProperties", "$defs"];

// oxlint-disable-next-line import/no-default-export -- Spectral loads the default export
export default function described(document) {
  const findings = [];

  function isDescribed(part) {
    if (typeof part !== "object" || part === null) {
      return false;
    }
    if (typeof part.description === "string" && part.description.trim() !== "") {
      return true;
    }
    return typeof part.$ref === "string"
      ? isDescribed(targetOf(part.$ref))
      : (part.allOf ?? []).some(isDescribed);
  }

  function targetOf(ref) {
    const keys = ref.replace(/^#\//, "").split("/");
    return keys.reduce(
      (part, key) => part?.[key.replaceAll("~1", "/").replaceAll("~0", "~")],
      document,
    );
  }

  function need(part, kind, path) {
    if (!isDescribed(part)) {
      findings.push({ message: `The ${kind} "${path.at(-1)}" has no description.`, path });
    }
  }

  function inSchema(schema, path) {
    if (typeof schema !== "object" || schema === null) {
      return;
    }
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const at = [...path, "properties", name];
      need(property, "property", at);
      inSchema(property, at);
    }
    for (const key of ONE) {
      inSchema(schema[key], [...path, key]);
    }
    for (const key of MANY) {
      (schema[key] ?? []).forEach((one, index) => inSchema(one, [...path, key, index]));
    }
    for (const key of MAPS) {
      for (const [name, one] of Object.entries(schema[key] ?? {})) {
        inSchema(one, [...path, key, name]);
      }
    }
  }

  function inContent(content, path) {
    for (const [type, media] of Object.entries(content ?? {})) {
      inSchema(media.schema, [...path, "content", type, "schema"]);
    }
  }

  function inParameters(parameters, path) {
    (parameters ?? []).forEach((parameter, index) => {
      const at = [...path, "parameters", index];
      if (!isDescribed(parameter)) {
        const name = `${parameter.name}" in "${parameter.in}`;
        findings.push({ message: `The parameter "${name}" has no description.`, path: at });
      }
      inSchema(parameter.schema, [...at, "schema"]);
    });
  }

  for (const [route, item] of Object.entries(document.paths ?? {})) {
    inParameters(item.parameters, ["paths", route]);
    for (const [method, operation] of Object.entries(item)) {
      const path = ["paths", route, method];
      inParameters(operation.parameters, path);
      inContent(operation.requestBody?.content, [...path, "requestBody"]);
      for (const [status, response] of Object.entries(operation.responses ?? {})) {
        inContent(response.content, [...path, "responses", status]);
      }
    }
  }
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    inSchema(schema, ["components", "schemas", name]);
  }
  return findings;
}
