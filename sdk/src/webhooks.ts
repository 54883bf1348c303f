/** Webhooks: URLs that the service notifies about tasks. */
import type { ApiPromise } from "./api-promise.ts";
import type { Api, CallOptions, ConditionalOptions } from "./api.ts";
import type {
  ChangeWebhook,
  CreateWebhook,
  NewWebhook,
  SigningSecret,
  Webhook,
  WebhookDelivery,
  WebhookDeliveryList,
  WebhookList,
} from "./model.ts";
import type { QueryOf } from "./operations.ts";
import { Paged, queryAt } from "./pages.ts";
import {
  unwrap,
  type ReceivedRequest,
  type UnwrapOptions,
  type WebhookEvent,
} from "./webhook-events.ts";

/** Pass this id to `secret` and `rotateSecret` for the signing secret of `callback_url`s. */
export const CALLBACKS = "callbacks";

export class Webhooks {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  /** Webhooks, newest first. */
  list(query: QueryOf<"listWebhooks"> = {}, options: CallOptions = {}): Paged<WebhookList> {
    return new Paged((cursor) =>
      this.#api.call("listWebhooks", { ...options, query: queryAt(query, cursor) }),
    );
  }

  /** Not retried after a broken connection: the webhook may exist already. Check with `list`. */
  create(body: CreateWebhook, options: CallOptions = {}): ApiPromise<NewWebhook> {
    return this.#api.call("createWebhook", { ...options, body });
  }

  get(id: string, options: CallOptions = {}): ApiPromise<Webhook> {
    return this.#api.call("getWebhook", { ...options, path: { id } });
  }

  update(id: string, body: ChangeWebhook, options: ConditionalOptions = {}): ApiPromise<Webhook> {
    return this.#api.call("changeWebhook", { ...options, path: { id }, body });
  }

  delete(id: string, options: ConditionalOptions = {}): ApiPromise<void> {
    return this.#api.call("deleteWebhook", { ...options, path: { id } });
  }

  /** Returns the signing secret. */
  secret(id: string, options: CallOptions = {}): ApiPromise<SigningSecret> {
    return this.#api.call("getWebhookSecret", { ...options, path: { id } });
  }

  rotateSecret(id: string, options: CallOptions = {}): ApiPromise<SigningSecret> {
    return this.#api.call("rotateWebhookSecret", { ...options, path: { id } });
  }

  /** Sends a test message. */
  test(id: string, options: CallOptions = {}): ApiPromise<WebhookDelivery> {
    return this.#api.call("testWebhook", { ...options, path: { id } });
  }

  /** Deliveries, newest first. */
  deliveries(
    id: string,
    query: QueryOf<"listDeliveries"> = {},
    options: CallOptions = {},
  ): Paged<WebhookDeliveryList> {
    return new Paged((cursor) =>
      this.#api.call("listDeliveries", { ...options, path: { id }, query: queryAt(query, cursor) }),
    );
  }

  /** Sends a message again with the same id. */
  redeliver(
    id: string,
    deliveryId: string,
    options: CallOptions = {},
  ): ApiPromise<WebhookDelivery> {
    const path = { id, delivery_id: deliveryId };
    return this.#api.call("redeliver", { ...options, path });
  }

  /**
   * Verifies a notification that arrived and returns it. The same as the function `unwrap`, which
   * needs no client.
   * @throws WebhookVerificationError, or TypeError for a malformed secret or tolerance
   */
  unwrap(
    request: Request | ReceivedRequest,
    secret: string | readonly string[],
    options: UnwrapOptions = {},
  ): Promise<WebhookEvent> {
    return unwrap(request, secret, options);
  }
}
