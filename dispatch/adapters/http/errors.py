"""Turn the three kinds of "no" into answers: refused by a rule, malformed, cannot be written now."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from dispatch.adapters.accounts.storage import AccountsUnavailable
from dispatch.adapters.http.bodies import BadFieldError
from dispatch.adapters.http.guards import RefusedError
from dispatch.adapters.parts import NotReadyError
from dispatch.adapters.submission import Forbidden
from dispatch.adapters.wire import JsonResponse, bad_input_body, refusal_body
from dispatch.errors import Refused
from dispatch.ports import JournalUnavailable, TelemetryUnavailable
from dispatch.texts_catalogue import catalogue

UNAVAILABLE: dict[type[Exception], str] = {
    NotReadyError: "not_ready",
    JournalUnavailable: "journal_unavailable",
    TelemetryUnavailable: "telemetry_unavailable",
    AccountsUnavailable: "accounts_unavailable",
}


def answer_refusals(app: FastAPI) -> None:
    """Register the answers."""
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(Forbidden, _forbidden)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(BadFieldError, _bad_field)
    for kind, code in UNAVAILABLE.items():
        app.add_exception_handler(kind, _unavailable(code))
    app.add_exception_handler(HTTPException, _plain)


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RefusedError):
        raise error
    return JsonResponse(refusal_body(error.refused), error.status, headers=_retry_after(error.refused))


def _retry_after(refused: Refused) -> dict[str, str] | None:
    wait_s = refused.params.get("wait_s")
    return None if wait_s is None else {"Retry-After": str(wait_s)}


async def _forbidden(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Forbidden):
        raise error
    return JsonResponse(refusal_body(error.refused), 403)


async def _invalid(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    place = [str(part) for part in first["loc"] if part not in ("body", "query", "path")]
    code = f"why.{first['type']}"
    why = code if code in catalogue() else str(first.get("ctx", {}).get("error") or first["msg"])
    return JsonResponse(bad_input_body(".".join(place) or "body", why), 422)


async def _bad_field(_request: Request, error: Exception) -> Response:
    if not isinstance(error, BadFieldError):
        raise error
    return JsonResponse(bad_input_body(error.field, error.why), 422)


def _unavailable(code: str) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(_request: Request, _error: Exception) -> Response:
        return JsonResponse(refusal_body(Refused(code)), 503, headers={"Retry-After": "1"})

    return answer


async def _plain(request: Request, error: Exception) -> Response:
    """Word what the router itself refuses: unknown addresses and methods."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 405:  # noqa: PLR2004 - method not allowed
        return JsonResponse(refusal_body(Refused("method_not_allowed")), 405, headers=error.headers)
    if error.status_code == 404:  # noqa: PLR2004 - not found
        return JsonResponse(refusal_body(Refused("not_found", {"what": request.url.path[:200]})), 404)
    return JsonResponse(bad_input_body("body", str(error.detail)), error.status_code)
