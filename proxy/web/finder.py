"""The form that filters a list of the inbox. It is sent by GET, so its address can be kept."""

from dataclasses import replace
from urllib.parse import urlencode

from starlette.requests import Request

from proxy.domain import finding
from proxy.domain.finding import Form, Typed
from proxy.texts import TEXTS
from proxy.web.edge.state import state_of

FIELDS = ("campo", "op", "valor", "hasta")


def searched(request: Request) -> Form:
    """What the address asks for. `mas` adds an empty condition, `quitar` takes one away."""
    query = request.query_params
    columns, operators, values, untils = (query.getlist(field) for field in FIELDS)
    taken = query.get("quitar", "")
    if taken.isascii() and taken.isdigit():
        for texts in (columns, operators, values, untils):
            del texts[int(taken) : int(taken) + 1]
    zone = state_of(request).installation.zone
    form = finding.read_form(columns, operators, values, untils, query.get("unir", ""), zone)
    more = not form.typed or ("mas" in query and len(form.typed) < finding.MOST)
    return replace(form, typed=(*form.typed, Typed())) if more else form


def query_of(form: Form) -> str:
    """The address of the same filter, without its empty conditions."""
    pairs = [
        (field, text)
        for one in form.typed
        if one.value or one.until
        for field, text in zip(FIELDS, vars(one).values(), strict=True)
    ]
    return urlencode([*pairs, ("unir", form.join)]) if pairs else ""


def faults_of(form: Form) -> dict[str, str]:
    """By the id of the field that shows it."""
    return {f"valor-{place + 1}": TEXTS[code] for place, code in form.wrong.items()}
