/**
 * The modules around the code inside its isolate, as text: `meter.js` removes globals that code
 * does not need and meters what it does, `main.js` runs it. They are text because they are loaded
 * into another isolate, where none of the service's objects may be. They do not protect the
 * service, which trusts none of their output: the isolate protects it. They keep code within limits
 * where the runtime has none, and make a repeated run behave the same.
 */

/** Maximum steps (loop iterations and function calls) of code in total. */
const MAX_STEPS = 20_000_000;
/** Maximum bytes that code may allocate in total. */
const MAX_BYTES = 800_000_000;
/** Maximum characters of JSON that code may return or pass to a tool. */
export const MAX_OUTPUT_CHARS = 8_000_000;
/** Maximum characters of console output that are preserved. */
export const MAX_CONSOLE_CHARS = 16_000;

const METER = `
let steps = ${MAX_STEPS};
let bytes = ${MAX_BYTES};
let stopped = null;
class Stop extends Error {}

function stop(why) {
  stopped ??= why;
  throw new Stop(why);
}
export function whyStopped() { return stopped; }
export function tick(allocates) {
  if ((steps -= 1) < 0 || stopped === "cpu_exceeded") stop("cpu_exceeded");
  if ((bytes -= allocates) < 0) stop("memory_exceeded");
}
function charge(size) {
  if (size > 0 && (bytes -= size) < 0) stop("memory_exceeded");
}
const { apply, construct, defineProperty, getOwnPropertyNames } = Reflect.ownKeys ? { ...Object.fromEntries(["apply", "construct", "defineProperty"].map((k) => [k, Reflect[k]])), getOwnPropertyNames: Object.getOwnPropertyNames } : {};
const { keys } = Object;
const { isArray } = Array;

function sizeOf(value) {
  if (typeof value === "string") return value.length * 2;
  if (typeof value !== "object" || value === null) return 16;
  if (isArray(value)) return value.length * 16;
  const { byteLength, size, length } = value;
  if (typeof byteLength === "number") return byteLength;
  if (typeof size === "number") return size * 48;
  return typeof length === "number" ? length * 16 : 64;
}
export function spread(value) {
  charge(typeof value === "object" && value !== null && !isArray(value) && value[Symbol.iterator] === undefined
    ? keys(value).length * 32 : sizeOf(value));
  return value;
}

// Built-in functions whose result can be as large as their arguments, or larger.
function patch(owner, name, cost) {
  const original = owner[name];
  if (typeof original !== "function") return;
  const { [name]: wrapped } = { [name](...args) {
    charge(cost(this, args));
    return apply(original, this, args);
  } };
  defineProperty(owner, name, { value: wrapped, writable: true, configurable: true, enumerable: false });
}
const whole = (self, args) => {
  let sum = sizeOf(self);
  for (let i = 0; i < args.length; i += 1) sum += sizeOf(args[i]);
  return sum;
};
for (const name of ["concat", "fill", "filter", "flat", "flatMap", "from", "join", "map", "push", "slice", "splice", "sort", "reverse", "toReversed", "toSorted", "toSpliced", "unshift", "with", "copyWithin"])
  patch(Array.prototype, name, name === "push" ? (_, args) => args.length * 16 : whole);
for (const name of ["concat", "normalize", "replace", "replaceAll", "slice", "split", "substring", "toLowerCase", "toUpperCase", "toWellFormed", "trim"])
  patch(String.prototype, name, name === "slice" || name === "substring" || name === "trim" ? () => 32 : (self, args) => whole(self, args) * 4);
patch(String.prototype, "repeat", (self, [count]) => String(self).length * count * 2);
for (const name of ["padStart", "padEnd"]) patch(String.prototype, name, (_, [length]) => length * 2);
patch(Array, "from", (_, [value]) => sizeOf(value) * 2);
for (const name of ["assign", "entries", "fromEntries", "getOwnPropertyNames", "keys", "values"])
  patch(Object, name, (_, args) => 32 * args.reduce((sum, value) => sum + (typeof value === "object" && value !== null ? keys(value).length + (value.length ?? value.size ?? 0) : 1), 0));
patch(JSON, "parse", (_, [text]) => sizeOf(text) * 8);
patch(JSON, "stringify", (_, [value]) => 64);
const typed = Object.getPrototypeOf(Uint8Array);
for (const name of ["map", "filter", "slice", "toReversed", "toSorted", "with"]) patch(typed.prototype, name, whole);
for (const name of ["slice", "transfer", "resize"]) patch(ArrayBuffer.prototype, name, (self) => self.byteLength);

// Constructors that take a size or a source to copy.
function patchConstructor(name, cost) {
  const original = globalThis[name];
  if (original === undefined) return;
  const wrapped = new Proxy(original, {
    construct(target, args, self) {
      charge(cost(args, target));
      return construct(target, args, self);
    },
    apply(target, self, args) {
      charge(cost(args, target));
      return apply(target, self, args);
    },
  });
  defineProperty(original.prototype, "constructor", { value: wrapped, writable: true, configurable: true });
  globalThis[name] = wrapped;
}
patchConstructor("Array", ([length]) => (typeof length === "number" ? length * 8 : 64));
patchConstructor("ArrayBuffer", ([length, options]) => Math.max(Number(length) || 0, Number(options?.maxByteLength) || 0));
for (const name of ["Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float16Array", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"])
  patchConstructor(name, ([value], { BYTES_PER_ELEMENT }) =>
    value instanceof ArrayBuffer ? 64 : (typeof value === "number" ? value : (value?.length ?? 8)) * BYTES_PER_ELEMENT);
for (const name of ["Map", "Set", "Blob"]) patchConstructor(name, ([value]) => (value === undefined ? 64 : sizeOf(value) * 4));
patch(TextEncoder.prototype, "encode", (_, [text]) => sizeOf(text));
patch(globalThis, "structuredClone", (_, [value]) => JSON.stringify(value)?.length * 4);
patchConstructor("BigInt", () => 32);

// Globals that code does not need: access to the outside, other code, shared memory.
for (const name of ["fetch", "WebSocket", "WebSocketPair", "EventSource", "caches", "navigator", "process", "Buffer", "global", "Cloudflare", "WebAssembly", "SharedArrayBuffer", "Atomics", "scheduler", "Request", "Response", "origin", "addEventListener", "removeEventListener", "dispatchEvent", "reportError", "HTMLRewriter", "FinalizationRegistry", "WeakRef", "MessageChannel", "MessagePort", "ServiceWorkerGlobalScope", "self"])
  try { delete globalThis[name]; if (name in globalThis) globalThis[name] = undefined; } catch { globalThis[name] = undefined; }

/** The same time and the same random numbers for every run of one call. */
export function steady(now, seed) {
  let state = 2166136261;
  for (let i = 0; i < seed.length; i += 1) state = Math.imul(state ^ seed.charCodeAt(i), 16777619);
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
  Math.random = () => next() / 4294967296;
  const Real = Date;
  globalThis.Date = new Proxy(Real, {
    construct: (target, args, self) => construct(target, args.length === 0 ? [now] : args, self),
    apply: () => new Real(now).toString(),
  });
  Real.now = () => now;
  defineProperty(Real.prototype, "constructor", { value: globalThis.Date, writable: true, configurable: true });
  globalThis.performance = { now: () => 0, timeOrigin: now };
  const bytesOf = (array) => {
    const view = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let i = 0; i < view.length; i += 1) view[i] = next();
    return array;
  };
  const subtle = globalThis.crypto.subtle;
  defineProperty(globalThis, "crypto", { value: {
    subtle,
    getRandomValues: bytesOf,
    randomUUID: () => {
      const hex = Array.from(bytesOf(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
      return [hex.slice(0, 8), hex.slice(8, 12), "4" + hex.slice(13, 16), "8" + hex.slice(17, 20), hex.slice(20)].join("-");
    },
  }, writable: true, configurable: true });
}
`;

const MAIN = `
import { WorkerEntrypoint } from "cloudflare:workers";
import { steady, whyStopped } from "meter.js";
import code from "code.js";

const { stringify, parse } = JSON;
const MAX_OUTPUT = ${MAX_OUTPUT_CHARS};
const MAX_CONSOLE = ${MAX_CONSOLE_CHARS};

function plain(_key, value) {
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint")
    throw new TypeError("it holds a " + typeof value);
  if (typeof value === "number" && !(value - value === 0)) throw new TypeError("it holds the number " + value);
  return value;
}

function shown(value) {
  try {
    if (typeof value === "string") return value;
    if (value instanceof Error) return value.name + ": " + value.message;
    return stringify(value) ?? String(value);
  } catch {
    return "(something that cannot be shown)";
  }
}

function described(thrown) {
  try {
    if (!(thrown instanceof Error)) return "It threw " + shown(thrown).slice(0, 500) + ", which is no Error.";
    const line = /code\\.js:(\\d+)/.exec(String(thrown.stack))?.[1];
    return (thrown.name + ": " + thrown.message).slice(0, 800) + (line === undefined ? "" : " (line " + line + ")");
  } catch {
    return "It threw something that cannot be shown.";
  }
}

export class Code extends WorkerEntrypoint {
  async run(host, names, input, now, seed) {
    let log = "";
    const say = (...args) => {
      if (log.length < MAX_CONSOLE) log = (log + args.map(shown).join(" ") + "\\n").slice(0, MAX_CONSOLE);
    };
    globalThis.console = { log: say, info: say, warn: say, error: say, debug: say, trace: say };
    steady(now, seed);
    const pending = new Set();
    const call = (name, args) => {
      const made = asked(name, args);
      const settled = made.catch(() => {}).then(() => pending.delete(settled));
      pending.add(settled);
      return made;
    };
    const asked = async (name, args) => {
      const text = stringify(args, plain) ?? "{}";
      if (text.length > MAX_OUTPUT) throw new RangeError("The arguments are too large.");
      const answer = parse(await host.call(name, text));
      if (answer.error !== undefined) {
        throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
      }
      return answer.output;
    };
    const known = names === null ? null : new Set(parse(names));
    const tools = known === null ? undefined : new Proxy(Object.create(null), {
      get: (_, name) => (typeof name === "string" && name !== "then" ? (args = {}) => call(name, args) : undefined),
      has: (_, name) => known.has(name),
      ownKeys: () => [...known],
      getOwnPropertyDescriptor: (_, name) => known.has(name) ? { enumerable: true, configurable: true, value: (args = {}) => call(name, args) } : undefined,
    });
    const given = parse(input);
    let answer;
    try {
      const value = await code(tools, given);
      try {
        const text = stringify(value, plain) ?? "null";
        answer = text.length > MAX_OUTPUT ? { kind: "output_too_large", text: "" } : { kind: "done", text };
      } catch (thrown) {
        answer = { kind: "invalid_output", text: described(thrown) };
      }
    } catch (thrown) {
      answer = { kind: "code_threw", text: described(thrown) };
    }
    // Wait for calls that the code did not await: every call has an outcome.
    while (pending.size > 0) await Promise.all([...pending]);
    // A stop counts even if the code caught it.
    const stopped = whyStopped();
    return { ...(stopped === null ? answer : { kind: stopped, text: "" }), console: log };
  }
}
export default {};
`;

/** The modules of every isolate, in addition to the code. */
export const GUEST_MODULES = { "main.js": MAIN, "meter.js": METER } as const;
