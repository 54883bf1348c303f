/** Where the traces of the tenant's runs are sent. Every operation needs the scope `admin`. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions } from "./api.ts";
import type { SetTelemetry, TelemetrySettings, TraceExport } from "./model.ts";

export class Telemetry {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Returns the settings, without the values of headers, and what could not be sent. */
  get(options: CallOptions = {}): ApiPromise<TelemetrySettings> {
    return this.#api.call("getTelemetry", options);
  }

  /** Replaces the settings: the trace of each run is sent when it ends. */
  set(body: SetTelemetry, options: CallOptions = {}): ApiPromise<TelemetrySettings> {
    return this.#api.call("setTelemetry", { ...options, body });
  }

  /** Stops sending traces. */
  delete(options: CallOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteTelemetry", options);
  }

  /** Sends the trace of a task again, whatever the sampling says. */
  exportTrace(id: string, options: CallOptions = {}): ApiPromise<TraceExport> {
    return this.#api.call("exportTrace", { ...options, path: { id } });
  }
}
