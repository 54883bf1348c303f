"""Opspawn: run AI agents as durable tasks. The client of the HTTP API, for Python 3.11 and newer."""

from ._client import Opspawn
from ._errors import (
    APIConnectionError,
    APIError,
    AuthenticationError,
    BadRequestError,
    ConflictError,
    InternalServerError,
    NotFoundError,
    OpspawnError,
    PermissionDeniedError,
    PreconditionFailedError,
    RateLimitError,
    UnprocessableEntityError,
)
from ._webhooks import WebhookVerificationError, unwrap_webhook

__all__ = [
    "APIConnectionError",
    "APIError",
    "AuthenticationError",
    "BadRequestError",
    "ConflictError",
    "InternalServerError",
    "NotFoundError",
    "Opspawn",
    "OpspawnError",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "RateLimitError",
    "UnprocessableEntityError",
    "WebhookVerificationError",
    "unwrap_webhook",
]
