"""The client: one method for each operation, retries, pages, and watching a run."""

from __future__ import annotations

import http.client
import ipaddress
import json
import os
import random
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ._errors import APIConnectionError, APIError, OpspawnError
from ._generated import Event, Operations, SubmitTask, Task

#: Statuses of transient failures.
_TRANSIENT = {408, 429, 500, 502, 503, 504}
_TERMINAL = {"completed", "failed", "cancelled"}
#: What a run waits for that only a person can give.
_HUMAN = {"approval", "input", "budget"}
_ENDS = {"run.completed", "run.failed", "run.cancelled"}
_LONGEST_RETRY_AFTER = 30.0


class Opspawn(Operations):
    """A client of one service.

    `url` and `key` default to the environment variables `OPSPAWN_URL` and `OPSPAWN_KEY`. `timeout`
    is the longest wait for one response, in seconds. `max_retries` counts the retries of a
    transient failure; a request that must not run twice is sent with an idempotency key.
    `reconnects` counts the connections in a row without an event before a watch gives up.
    """

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        timeout: float = 60.0,
        max_retries: int = 4,
        reconnects: int = 30,
        retry_delay: float = 0.1,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        url = url or os.environ.get("OPSPAWN_URL")
        key = key or os.environ.get("OPSPAWN_KEY")
        if not url or not url.startswith(("http://", "https://")):
            raise ValueError("Set url, or OPSPAWN_URL, to the service's address.")
        if not key:
            raise ValueError("Set key, or OPSPAWN_KEY, to an API key.")
        if not timeout > 0:
            raise ValueError("timeout must be above 0.")
        self._url = url.strip().rstrip("/")
        self._key = key.strip()
        self._timeout = timeout
        self._max_retries = max_retries
        self._reconnects = reconnects
        self._retry_delay = retry_delay
        self._sleep = sleep
        handlers: list[urllib.request.BaseHandler] = [_NoRedirects()]
        if _is_loopback(urllib.parse.urlsplit(url).hostname or ""):
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)

    def run(self, goal: str | SubmitTask, *, idempotency_key: str | None = None) -> Task:
        """Submits a task and returns it when it has finished or waits for a person."""
        body: SubmitTask = {"input_data": {"goal": goal}} if isinstance(goal, str) else goal
        task = self.submit_task(body, idempotency_key=idempotency_key)
        return self.wait_for(task["id"])

    def wait_for(self, id: str, *, through_waits: bool = False) -> Task:
        """Returns a task when it has finished, or waits for a person.

        With `through_waits` it goes on waiting while the run waits for a person.
        """
        while True:
            task = self.get_task(id, wait=30)
            waits = task["status"] == "waiting" and task["waiting_for"] in _HUMAN
            if task["status"] in _TERMINAL or (waits and not through_waits):
                return task
            if waits:
                self._sleep(1.0)

    def watch(self, id: str, *, after: int = 0) -> Iterator[Event]:
        """Yields the events of a run, each once and in order, until the run ends.

        A lost connection is resumed after the last event. `after` is the `seq` of the last known
        event.
        """
        empty = 0
        while True:
            before = after
            failure: Exception | None = None
            try:
                for event in self._events(id, after):
                    if event["seq"] <= after:
                        continue
                    if event["seq"] != after + 1:
                        raise OpspawnError(f"The stream skipped event {after + 1}.")
                    after = event["seq"]
                    yield event
                    if event["type"] in _ENDS:
                        return
            except (OSError, http.client.HTTPException) as error:
                failure = error
            except APIError as error:
                if error.status not in _TRANSIENT:
                    raise
                failure = error
            empty = 0 if after > before else empty + 1
            if empty > self._reconnects:
                raise APIConnectionError(f"{self._url} sends no events.") from failure
            if empty > 0:
                self._sleep(self._delay(empty))

    def _events(self, id: str, after: int) -> Iterator[Event]:
        """Yields the events of one connection."""
        path = f"/api/v1/tasks/{urllib.parse.quote(id, safe='')}/events"
        request = self._request("GET", path, {"after": after}, None, {"Accept": "text/event-stream"})
        with self._open(request) as response:
            data: list[str] = []
            for raw in response:
                line = raw.decode("utf-8").rstrip("\r\n")
                if line.startswith("data:"):
                    data.append(line[5:].removeprefix(" "))
                elif line == "" and data:
                    event = json.loads("\n".join(data))
                    data = []
                    if "seq" in event:
                        yield event

    def _call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str | None] | None = None,
        repeatable: bool = False,
        key: str | None = None,
    ) -> Any:
        """Sends a request and returns the parsed response.

        `repeatable` says that the request may run twice. `key` is its idempotency key: an empty one
        is replaced by a new one; None sends none.
        """
        sent = {name: value for name, value in (headers or {}).items() if value is not None}
        if key is not None:
            sent["Idempotency-Key"] = key or str(uuid.uuid4())
        request = self._request(method, path, query or {}, body, sent)
        can_retry = repeatable or key is not None
        attempt = 0
        while True:
            try:
                with self._open(request) as response:
                    text = response.read()
                return json.loads(text) if text else None
            except APIError as error:
                # The first attempt of a deletion may have been the one that deleted it.
                if method == "DELETE" and attempt > 0 and error.status == 404:
                    return None
                wait = getattr(error, "retry_after", None)
                refused = error.status in {429, 503}
                transient = error.status in _TRANSIENT and (can_retry or refused)
                too_long = wait is not None and wait > _LONGEST_RETRY_AFTER
                if not transient or too_long or attempt >= self._max_retries:
                    raise
            except (OSError, http.client.HTTPException) as error:
                if not can_retry or attempt >= self._max_retries:
                    raise APIConnectionError(f"{self._url} did not answer: {error}") from error
                wait = None
            attempt += 1
            self._sleep(self._delay(attempt) if wait is None else wait)

    def _pages(self, path: str, query: Mapping[str, Any]) -> Iterator[Any]:
        cursor: str | None = None
        while True:
            page = self._call("GET", path, query={**query, "cursor": cursor}, repeatable=True)
            yield from page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def _request(
        self,
        method: str,
        path: str,
        query: Mapping[str, Any],
        body: Any,
        headers: Mapping[str, str],
    ) -> urllib.request.Request:
        text = urllib.parse.urlencode(list(_flat(query)))
        has_body = body is not None or method in {"POST", "PATCH", "PUT"}
        text_body = None if isinstance(body, bytes) else json.dumps(body or {}, allow_nan=False)
        sent = body if text_body is None else text_body.encode()
        data = sent if has_body else None
        return urllib.request.Request(
            f"{self._url}{path}{'?' + text if text else ''}",
            data=data,
            method=method,
            headers={
                "Authorization": f"Bearer {self._key}",
                "Accept": "application/json",
                "User-Agent": "opspawn-python/0.1.0",
                **({"Content-Type": "application/json"} if has_body else {}),
                **headers,
            },
        )

    def _open(self, request: urllib.request.Request) -> http.client.HTTPResponse:
        """Sends a request once. Raises `APIError`, or `OSError` without a response."""
        try:
            response: http.client.HTTPResponse = self._opener.open(request, timeout=self._timeout)
            return response
        except urllib.error.HTTPError as refused:
            with refused:
                text = refused.read()
            try:
                problem = json.loads(text)
            except ValueError:
                problem = {"detail": f"{self._url} is not an Opspawn service, or a proxy answered."}
            if not isinstance(problem, dict):
                problem = {}
            error = APIError.of(refused.code, problem, refused.headers.get("X-Request-Id"))
            error.retry_after = _seconds(refused.headers.get("Retry-After"))  # type: ignore[attr-defined]
            raise error from None

    def _delay(self, attempt: int) -> float:
        """Seconds before the nth retry: exponential backoff with jitter."""
        full = min(self._retry_delay * 2.0 ** (attempt - 1), 3.0)
        return full * random.uniform(0.5, 1.0)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is refused: it would send the key elsewhere, or change the method."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _flat(query: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in query.items():
        if isinstance(value, Mapping):
            for key, one in value.items():
                yield f"{name}.{key}", _text(one)
        elif value is not None:
            yield name, _text(value)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _seconds(value: str | None) -> float | None:
    return float(value) if value is not None and value.isdigit() else None


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
