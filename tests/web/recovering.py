"""A browser without JavaScript whose owner forgot the password."""

from httpx2 import Response

from tests.people import Person
from tests.web.visitor import Visitor

START = "/casilla/recuperar/"


class Recovering:
    """Each step gives the page that follows, or the one that says what is wrong."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor

    def get(self, path: str) -> Response:
        return self.visitor.get(path)

    def solved(self, path: str, **fields: str) -> Response:
        """Send the form of `path` with its riddle answered."""
        return self._on(self.visitor.pay(self.get(path), path, **fields))

    def started(self, person: Person | str) -> Response:
        dni = person if isinstance(person, str) else person.identidad.number
        return self.solved(START, dni=dni)

    def sent(self, channel: str = "correo") -> Response:
        return self.solved(f"{START}canal/", canal=channel)

    def verified(self, code: str) -> Response:
        return self.solved(f"{START}token/", token=code)

    def chosen(self, password: str, again: str | None = None) -> Response:
        path = f"{START}clave/"
        again = password if again is None else again
        return self._on(self.visitor.send(self.get(path), path, nueva=password, repetida=again))

    def _on(self, response: Response) -> Response:
        if response.status_code != 303:
            return response
        return self.get(response.headers["location"])


def followed(visitor: Visitor, token: str) -> Response:
    """The page to which the link of a message leads."""
    return visitor.follow(f"{START}enlace/{token}/")
