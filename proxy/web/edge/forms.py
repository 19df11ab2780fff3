"""Reads a sent form strictly: one value a field, valid UTF-8, no NUL."""

import asyncio
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from proxy.errors import Refusal
from proxy.web.edge.cookies import binding_of
from proxy.web.edge.state import state_of

BODY_SECONDS = 10  # S8
FIELDS = 24
FIELD_CHARACTERS = 4096

TOKEN_FIELD = "sello"


class StaleForm(Refusal):
    """The form belongs to another session or visit, or the browser lost its cookie."""

    status = 403
    event = "malicious_csrf"

    def __init__(self) -> None:
        super().__init__("form.stale")


async def body_of(request: Request) -> bytes:
    """Raises 408 after BODY_SECONDS, and 400 when the browser hangs up."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.body()
    except TimeoutError:
        raise HTTPException(408) from None
    except ClientDisconnect:
        raise HTTPException(400) from None


async def read_form(request: Request, name: str, token: str | None = None) -> dict[str, str]:
    """Refuses `form.malformed`; `form.stale` without the token of the form `name`.

    `token` is that of the link which led to the form, if one did.
    """
    fields = _parse(await body_of(request), request.headers.get("content-type", ""))
    binding = binding_of(request) if token is None else token
    given = fields.pop(TOKEN_FIELD, "")
    if not (binding and state_of(request).signing.is_form_token(given, binding, name)):
        raise StaleForm()
    return fields


def _parse(body: bytes, content_type: str) -> dict[str, str]:
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refusal("form.malformed")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=FIELDS,
        )
    except ValueError:
        raise Refusal("form.malformed") from None
    fields = dict(pairs)
    too_long = any(len(value) > FIELD_CHARACTERS for value in fields.values())
    if len(fields) < len(pairs) or too_long or any("\0" in name + value for name, value in pairs):
        raise Refusal("form.malformed")
    return fields
