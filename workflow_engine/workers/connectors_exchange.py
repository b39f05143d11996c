"""One HTTP exchange with a destination that the operator named: bounded in time and size, never redirected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpcore
import orjson

from workflow_engine.workers.connectors import ConnectorError
from workflow_engine.workers.connectors_network import CheckedBackend, Deadline, NetworkRules, tls_context

_RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_LONGEST_WAIT_SECONDS = 3600
NOT_MODIFIED = 304
"""The answer to a question that named what is known already; no redirection."""
_SHOWN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a named connector goes; only the operator writes this."""

    url: str
    """``https://host[:port]/prefix``; the model may add to its path, nothing else."""
    rules: NetworkRules
    headers: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float = 20.0
    max_bytes: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def body(self) -> Any:
        """JSON where it says so, text otherwise; None when it is empty.

        Raises:
            ConnectorError: it is neither JSON nor UTF-8.
        """
        if not self.content:
            return None
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            if kind == "application/json" or kind.endswith("+json"):
                return orjson.loads(self.content)
            return self.content.decode()
        except ValueError as error:
            raise ConnectorError(
                f"Expected an answer of JSON or UTF-8 text, but got {kind!r}: {error}", final=True
            ) from None


def target_of(destination: Destination, path: str = "", query: Mapping[str, Any] | None = None) -> str:
    """The full URL: the destination's own, its path lengthened by plain text that is encoded here.

    Raises:
        ConnectorError: the path leaves the destination's, or holds what no path holds.
    """
    base = urlsplit(destination.url)
    if path and not path.startswith("/"):
        path = f"/{path}"
    if any(part in (".", "..") for part in path.replace("\\", "/").split("/")) or not path.isprintable():
        raise ConnectorError(f"Expected a path below {base.path or '/'}, but got {path!r}.", final=True)
    text = f"{base.scheme}://{base.netloc}{base.path.rstrip('/')}{quote(path)}" if path else destination.url
    return f"{text}?{urlencode(query, doseq=True)}" if query else text


def exchange(
    destination: Destination, method: str, url: str, content: bytes = b"", headers: Mapping[str, str] | None = None
) -> Answer:
    """Send and read the whole answer.

    Raises:
        ConnectorError: not reached, not allowed, too slow, too large, or redirected.
    """
    deadline = Deadline(destination.timeout_seconds)
    backend = CheckedBackend(destination.rules, deadline)
    sent = {
        "Host": urlsplit(url).netloc, "User-Agent": "liandong", "Accept-Encoding": "identity", "Connection": "close",
        **destination.headers, **(headers or {}),
    }  # fmt: skip
    if content or method in ("POST", "PUT", "PATCH"):
        sent["Content-Length"] = str(len(content))
    pairs = [(name.encode("ascii"), value.encode()) for name, value in sent.items()]
    try:
        with (
            httpcore.ConnectionPool(ssl_context=tls_context(), network_backend=backend) as pool,
            pool.stream(method.encode(), url.encode("ascii"), headers=pairs, content=content) as response,
        ):
            return _read(response, destination)
    except (httpcore.TimeoutException, TimeoutError) as error:
        raise ConnectorError(
            f"Expected an answer within {destination.timeout_seconds:g} seconds, but got none."
        ) from error
    except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
        raise ConnectorError(
            f"Expected to reach {urlsplit(url).hostname}, but: {str(error) or type(error).__name__}"
        ) from error


def _read(response: httpcore.Response, destination: Destination) -> Answer:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    if 300 <= response.status < 400 and response.status != NOT_MODIFIED:
        raise ConnectorError(
            f"Expected an answer, but got a redirection ({response.status}); redirections are not followed.", final=True
        )
    if headers.get("content-encoding", "identity") != "identity":
        raise ConnectorError("Expected an answer that is not compressed, as asked for.", final=True)
    parts, size = [], 0
    for part in response.iter_stream():
        size += len(part)
        if size > destination.max_bytes:
            raise ConnectorError(
                f"Expected at most {destination.max_bytes:,} bytes, but the answer is larger.", final=True
            )
        parts.append(part)
    return Answer(response.status, headers, b"".join(parts))


def require_success(answer: Answer) -> Answer:
    """The answer, if its status says that the work was done.

    Raises:
        ConnectorError: it was not; final unless the status says that trying again may help.
    """
    if 200 <= answer.status < 300:
        return answer
    shown = answer.content.decode(errors="replace")[:_SHOWN_CHARACTERS]
    raise ConnectorError(
        f"Expected success, but got status {answer.status}{f': {shown}' if shown else ''}",
        final=answer.status not in _RETRIED_STATUSES,
        retry_in_seconds=_wished_wait(answer),
    )


def _wished_wait(answer: Answer) -> int | None:
    wish = answer.headers.get("retry-after", "")
    return min(int(wish), _LONGEST_WAIT_SECONDS) if wish.isascii() and wish.isdigit() else None
