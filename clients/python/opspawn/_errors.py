"""What the client raises."""

from __future__ import annotations

from typing import Any


class OpspawnError(Exception):
    """Base class of every error of this package."""


class APIConnectionError(OpspawnError):
    """The service could not be reached, or did not answer in time. `__cause__` is the reason."""


class APIError(OpspawnError):
    """The service refused a request. The fields are those of its problem document (RFC 9457)."""

    def __init__(self, status: int, problem: dict[str, Any], request_id: str | None) -> None:
        self.status = status
        self.code: str = problem.get("code", "unknown")
        self.title: str = problem.get("title", "")
        self.detail: str = problem.get("detail", "")
        #: One entry for each invalid field: `pointer` and `detail`.
        self.errors: list[dict[str, str]] = problem.get("errors", [])
        #: Id of the request, to quote in a report.
        self.request_id: str | None = request_id or problem.get("request_id")
        super().__init__(f"{status} {self.code}: {self.detail or self.title}")

    @staticmethod
    def of(status: int, problem: dict[str, Any], request_id: str | None) -> "APIError":
        """Returns the error class of a status."""
        kind = InternalServerError if status >= 500 else _BY_STATUS.get(status, APIError)
        return kind(status, problem, request_id)


class BadRequestError(APIError):
    """400: the request cannot be read."""


class AuthenticationError(APIError):
    """401: no valid key."""


class PermissionDeniedError(APIError):
    """403: the key lacks the scope."""


class NotFoundError(APIError):
    """404: there is no such resource of this tenant."""


class ConflictError(APIError):
    """409: the state of the resource does not allow it."""


class PreconditionFailedError(APIError):
    """412: the resource has changed."""


class UnprocessableEntityError(APIError):
    """422: a field is invalid."""


class RateLimitError(APIError):
    """429: too many requests."""


class InternalServerError(APIError):
    """5xx: the service failed."""


_BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    412: PreconditionFailedError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}
