"""CAPTCHA: shows a riddle with its picture and its sound, and checks the answer of a form.

The handler that shows the form gives the visit of the browser, new or old:

    riddle = await captcha.riddle(request, visit, "recovery_start", price)

Its template calls the macro of partials/captcha.html inside the form, before the button:

    {{ captcha(riddle, errors.get("captcha")) }}

The handler that takes the form:

    form = await read_form(request, "recovery_start")
    if await captcha.another(request, "recovery_start", form):
        return the page again, with what was typed
    … the limits of the flow, in a transaction of their own: the riddle comes after them (S74) …
    error = await captcha.check(request, "recovery_start", form, charge)

The flow tells the charge: a price of 0 asks for nothing. Where the profile asks for a riddle in any
case, the price is at least `least`.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from proxy.domain.captcha import PIECES, ZERO_BITS
from proxy.flows import captcha
from proxy.flows.captcha import Answer
from proxy.flows.limiting import Charge
from proxy.texts import TEXTS
from proxy.web.edge.cookies import visit_of
from proxy.web.edge.log import log_security
from proxy.web.edge.pages import client_of, look, retry_after, run
from proxy.web.edge.ranges import in_part
from proxy.web.edge.state import state_of
from proxy.web.site.assets import assets

ANOTHER = "captcha_otra"
# Not what was forgotten, nor what came late: that happens to people.
WRONG = ("captcha.wrong", "captcha.unworked")


class Picture(NamedTuple):
    image: str
    sound: str


@dataclass(frozen=True)
class Riddle:
    """For partials/captcha.html. Without `pictures`, only the computer has work to do."""

    id: str
    second: str
    pictures: list[Picture]
    script: str
    letters: str  # typed for this riddle, when another field of the form was wrong
    work: str
    changed: bool
    pieces: int
    bits: int = ZERO_BITS


async def riddle(request: Request, visit: str, form: str, price: int) -> Riddle | None:
    """None: the form needs no CAPTCHA."""
    policy = state_of(request).installation.policy
    if not price or request.method == "HEAD":  # HEAD changes nothing (S54)
        return None
    given = await run(request, captcha.give, policy, visit, form, client_of(request), price)
    sent = getattr(request.state, "captcha", {})
    kept = sent if sent.get("captcha_id") == given.id.hex() else {}
    path = request.app.url_path_for
    return Riddle(
        id=given.id.hex(),
        second=given.second.hex() if given.second else "",
        pictures=[
            Picture(
                str(path("captcha:image", riddle=one.hex())),
                str(path("captcha:sound", riddle=one.hex())),
            )
            for one in (given.id, given.second)
            if one and given.drawn
        ],
        script=str(path("asset", address=assets()["captcha.js"].address)),
        letters=kept.get("captcha", ""),
        work=kept.get("captcha_trabajo", ""),
        changed=ANOTHER in sent,
        pieces=PIECES * given.price,
    )


async def another(request: Request, form: str, fields: dict[str, str]) -> bool:
    """True: the person pressed «Cambiar imagen» and did not mean to send the rest of the form."""
    request.state.captcha = fields
    if ANOTHER not in fields:
        return False
    await run(request, captcha.discard, visit_of(request), form, _answer(fields))
    return True


async def least(request: Request, form: str, *, sent: bool) -> int:
    """1: the profile asks for a riddle always, or this is not the first try of the network.

    `sent` spends the first try: call it so once for each sending of the form.
    """
    if state_of(request).installation.policy.captcha_always or request.method == "HEAD":
        return 1
    first = captcha.take_first_try if sent else captcha.untried
    return 0 if await run(request, first, form, client_of(request)) else 1


async def check(request: Request, form: str, fields: dict[str, str], charge: Charge) -> str | None:
    """None: go on. Otherwise the sentence beside the riddle; the next page has a new riddle."""
    if not charge.price:
        return None
    visit = visit_of(request)
    code = await run(request, captcha.check, visit, form, _answer(fields), charge)
    if code in WRONG:
        log_security(request, "input_validation_fail", code)
    return TEXTS[code] if code else None


async def image(request: Request) -> Response:
    found = await look(request, captcha.image, request.path_params["riddle"], visit_of(request))
    if found is None:
        raise HTTPException(404)
    return Response(found, media_type="image/png")


async def sound(request: Request) -> Response:
    riddle, visit = request.path_params["riddle"], visit_of(request)
    found = await run(request, captcha.audio, riddle, visit, client_of(request))
    if isinstance(found, timedelta):
        return retry_after(Response(status_code=429), found)
    if found is None:
        raise HTTPException(404)
    # Safari plays only sounds that it can ask for in parts.
    headers = {"Content-Type": "audio/wav"}
    return in_part(
        request, len(found), f'"{riddle}"', lambda part: [found[part.start : part.stop]], headers
    )


def _answer(fields: dict[str, str]) -> Answer:
    names = ("captcha_id", "captcha", "captcha_trabajo", "captcha_segunda")
    return Answer(*(fields.get(name, "") for name in names))
