"""The texts that a person accepts to open a casilla, the same on the site and at registration."""

import hashlib
import re
from typing import Annotated, Self

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from catalog.reading.kinds import Day, Many, Sheet, Text

# The texts may mention these names, so that another entity edits only entity.yml.
NAMES = ("nombre", "siglas")


def _worded(value: str) -> str:
    strange = set(re.findall(r"\{(.*?)\}", value)) - set(NAMES)
    if strange or value.count("{") != value.count("}"):
        raise PydanticCustomError("nombres", "solo puede llevar {nombre} y {siglas} entre llaves")
    return value


Worded = Annotated[Text, AfterValidator(_worded)]


class Section(Sheet):
    titulo: Worded
    parrafos: Many[Worded]


class Consent(Sheet):
    """One text. A changed text needs a new version: each acceptance records version and hash."""

    titulo: Worded
    version: Text
    desde: Day
    aceptacion: Worded
    secciones: Many[Section]

    def named(self, nombre: str, siglas: str) -> Self:
        def fill(text: str) -> str:
            return text.replace("{nombre}", nombre).replace("{siglas}", siglas)

        sections = tuple(
            Section(titulo=fill(part.titulo), parrafos=tuple(map(fill, part.parrafos)))
            for part in self.secciones
        )
        return self.model_copy(
            update={
                "titulo": fill(self.titulo),
                "aceptacion": fill(self.aceptacion),
                "secciones": sections,
            }
        )

    @property
    def sha256(self) -> str:
        """Of everything shown, so that the entity can prove later what a person accepted."""
        parts = [self.titulo, self.version, self.desde.isoformat()]
        for section in self.secciones:
            parts += [section.titulo, *section.parrafos]
        return hashlib.sha256("\n".join([*parts, self.aceptacion]).encode()).hexdigest()


class ConsentSheet(Sheet):
    terminos: Consent
    privacidad: Consent
