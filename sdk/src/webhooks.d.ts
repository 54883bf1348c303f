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
import { Paged } from "./pages.ts";
import { type ReceivedRequest, type UnwrapOptions, type WebhookEvent } from "./webhook-events.ts";
/** Pass this id to `secret` and `rotateSecret` for the signing secret of `callback_url`s. */
export declare const CALLBACKS = "callbacks";
export declare class Webhooks {
  #private;
  /** @internal */
  constructor(api: Api);
  /** Webhooks, newest first. */
  list(query?: QueryOf<"listWebhooks">, options?: CallOptions): Paged<WebhookList>;
  /** Not retried after a broken connection: the webhook may exist already. Check with `list`. */
  create(body: CreateWebhook, options?: CallOptions): ApiPromise<NewWebhook>;
  get(id: string, options?: CallOptions): ApiPromise<Webhook>;
  update(id: string, body: ChangeWebhook, options?: ConditionalOptions): ApiPromise<Webhook>;
  delete(id: string, options?: ConditionalOptions): ApiPromise<void>;
  /** Returns the signing secret. */
  secret(id: string, options?: CallOptions): ApiPromise<SigningSecret>;
  rotateSecret(id: string, options?: CallOptions): ApiPromise<SigningSecret>;
  /** Sends a test message. */
  test(id: string, options?: CallOptions): ApiPromise<WebhookDelivery>;
  /** Deliveries, newest first. */
  deliveries(
    id: string,
    query?: QueryOf<"listDeliveries">,
    options?: CallOptions,
  ): Paged<WebhookDeliveryList>;
  /** Sends a message again with the same id. */
  redeliver(id: string, deliveryId: string, options?: CallOptions): ApiPromise<WebhookDelivery>;
  /**
   * Verifies a notification that arrived and returns it. The same as the function `unwrap`, which
   * needs no client.
   * @throws WebhookVerificationError, or TypeError for a malformed secret or tolerance
   */
  unwrap(
    request: Request | ReceivedRequest,
    secret: string | readonly string[],
    options?: UnwrapOptions,
  ): Promise<WebhookEvent>;
}
