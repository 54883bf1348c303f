/** Webhooks, by which the service tells an address of tasks. */
import type { Api, CallOptions } from "./api.ts";
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
import { itemsOf } from "./pages.ts";

/** The id under which `secret` and `rotateSecret` have what `callback_url`s are signed with. */
export const CALLBACKS = "callbacks";

export class Webhooks {
  readonly #api: Api;

  /** @internal */
  constructor(api: Api) {
    this.#api = api;
  }

  list(options: CallOptions = {}): Promise<WebhookList> {
    return this.#api.call("listWebhooks", options);
  }

  /** Not repeated after a connection that broke: it may have been made, and `list` shows it. */
  create(body: CreateWebhook, options: CallOptions = {}): Promise<NewWebhook> {
    return this.#api.call("createWebhook", { ...options, body });
  }

  get(id: string, options: CallOptions = {}): Promise<Webhook> {
    return this.#api.call("getWebhook", { ...options, path: { id } });
  }

  change(id: string, body: ChangeWebhook, options: CallOptions = {}): Promise<Webhook> {
    return this.#api.call("changeWebhook", { ...options, path: { id }, body });
  }

  delete(id: string, options: CallOptions = {}): Promise<void> {
    return this.#api.call("deleteWebhook", { ...options, path: { id } });
  }

  /** What messages are signed with. */
  secret(id: string, options: CallOptions = {}): Promise<SigningSecret> {
    return this.#api.call("getWebhookSecret", { ...options, path: { id } });
  }

  rotateSecret(id: string, options: CallOptions = {}): Promise<SigningSecret> {
    return this.#api.call("rotateWebhookSecret", { ...options, path: { id } });
  }

  /** Sends a message that says nothing, to see whether it arrives. */
  test(id: string, options: CallOptions = {}): Promise<WebhookDelivery> {
    return this.#api.call("testWebhook", { ...options, path: { id } });
  }

  /** A page of what was sent, newest first. */
  deliveries(
    id: string,
    query: QueryOf<"listDeliveries"> = {},
    options: CallOptions = {},
  ): Promise<WebhookDeliveryList> {
    return this.#api.call("listDeliveries", { ...options, path: { id }, query });
  }

  /** All that was sent, newest first, page by page. */
  allDeliveries(
    id: string,
    options: CallOptions = {},
  ): AsyncGenerator<WebhookDelivery, void, undefined> {
    return itemsOf(
      (cursor) => this.deliveries(id, cursor === undefined ? {} : { cursor }, options),
      (page) => page.deliveries,
    );
  }

  /** Sends a message again, under its own id. */
  redeliver(id: string, deliveryId: string, options: CallOptions = {}): Promise<WebhookDelivery> {
    const path = { id, delivery_id: deliveryId };
    return this.#api.call("redeliver", { ...options, path });
  }
}
