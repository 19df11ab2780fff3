"""Reads what a form sent, strictly: one value a field, valid UTF-8, nothing hidden in it."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from proxy.errors import Refusal
from proxy.web.cookies import binding_of
from proxy.web.state import state_of

FIELDS = 24
FIELD_CHARACTERS = 4096

TOKEN_FIELD = "sello"


class StaleForm(Refusal):
    """The form is not of this browser's session or flow, or its cookie is gone."""

    status = 403

    def __init__(self) -> None:
        super().__init__("form.stale")


async def read_form(request: Request, name: str) -> dict[str, str]:
    """The fields of the form `name`. Refuses `form.malformed`; `form.stale` without its token."""
    fields = _parse(await request.body(), request.headers.get("content-type", ""))
    binding = binding_of(request)
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
