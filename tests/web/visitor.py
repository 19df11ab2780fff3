"""A browser without JavaScript: it reads a page, fills a form of it and sends it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from html.parser import HTMLParser

from httpx2 import Response
from starlette.testclient import TestClient

from proxy.domain.captcha import PIECES
from tests.working import work

ORIGIN = "https://casilla.test"


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(attributes.get("action", "")))
        elif tag == "input" and self.forms and "name" in attributes:
            self.forms[-1].fields[attributes["name"]] = attributes.get("value", "")


def forms(response: Response) -> list[Form]:
    parser = _Forms()
    parser.feed(response.text)
    return parser.forms


def form_of(page: Response, action: str) -> Form:
    """`action` is how its address ends, with or without its query."""
    found = [form for form in forms(page) if action_of(form).endswith(action)]
    return found[0] if found else next(one for one in forms(page) if one.action.endswith(action))


def action_of(form: Form) -> str:
    return form.action.partition("?")[0]


def price_of(page: Response) -> int:
    """Of the riddle on a page. 0: there is none."""
    found = re.search(r'data-pieces="(\d+)"', page.text)
    return int(found[1]) // PIECES if found else 0


class Visitor:
    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers=headers)

    def follow(self, link: str) -> Response:
        """The page to which a link of a message leads."""
        return self.get(self.get(link).headers["location"])

    def send(self, page: Response, action: str, **fields: str) -> Response:
        """Send the form of `page` that goes to `action`, with these fields filled in."""
        form = form_of(page, action)
        return self.client.post(form.action, data=form.fields | fields)

    def pay(self, page: Response, action: str, **fields: str) -> Response:
        """The same, with the work that its riddle asks for, if it has one."""
        form = form_of(page, action)
        if "captcha_id" in form.fields:
            fields["captcha_trabajo"] = work(form.fields["captcha_id"], price_of(page))
        return self.send(page, action, **fields)

    @contextmanager
    def unanswered(self) -> Iterator[None]:
        """No answer of this block reaches the browser: it keeps the cookies that it has."""
        jar = self.client.cookies.jar
        kept = [copy(cookie) for cookie in jar]
        yield
        jar.clear()
        for cookie in kept:
            jar.set_cookie(cookie)

    def twice(self, page: Response, action: str, **fields: str) -> tuple[Response, Response]:
        """Pressed again, because the first answer does not come. Both answers."""
        form = form_of(page, action)
        if "captcha_id" in form.fields:
            fields["captcha_trabajo"] = work(form.fields["captcha_id"], price_of(page))
        with self.unanswered():
            lost = self.send(page, action, **fields)
        return lost, self.send(page, action, **fields)

    def password(self, dni: str, password: str) -> Response:
        page = self.get("/casilla/ingresar/")
        return self.send(page, "/casilla/ingresar/", dni=dni, clave=password)

    def code(self, typed: str) -> Response:
        return self.send(self.get("/casilla/token/"), "/casilla/token/", token=typed)
