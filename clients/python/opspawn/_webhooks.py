"""Checks the signature of webhook requests (Standard Webhooks)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from ._errors import OpspawnError


class WebhookVerificationError(OpspawnError):
    """The request was not signed with the secret, or is too old."""


def unwrap_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secret: str,
    *,
    tolerance: float = 300,
    now: float | None = None,
) -> dict[str, Any]:
    """Returns the event of a webhook request after checking its signature.

    `body` is the raw body, `headers` the headers of the request (any case), `secret` the secret of
    the webhook (`whsec_…`). `tolerance` is the largest accepted age, in seconds.

    Raises `WebhookVerificationError`.
    """
    named = {name.lower(): value for name, value in headers.items()}
    raw = body.encode() if isinstance(body, str) else body
    message = named.get("webhook-id", "")
    timestamp = named.get("webhook-timestamp", "")
    if not timestamp.isdigit():
        raise WebhookVerificationError("The header webhook-timestamp is missing.")
    age = (time.time() if now is None else now) - int(timestamp)
    if abs(age) > tolerance:
        raise WebhookVerificationError(f"The request was signed {age:.0f} seconds ago.")
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError as error:
        raise WebhookVerificationError("The secret is not of the form whsec_<base64>.") from error
    signed = f"{message}.{timestamp}.".encode() + raw
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [part.partition(",") for part in named.get("webhook-signature", "").split()]
    if not any(version == "v1" and hmac.compare_digest(sent, wanted) for version, _, sent in given):
        raise WebhookVerificationError("The signature does not match.")
    event: dict[str, Any] = json.loads(raw)
    return event
