"""The texts that a person accepts to open a casilla, the same on the site and at registration."""

import hashlib
import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from catalog.reading.holidays import Odd
from catalog.reading.kinds import Day, Many, Sheet, Text

# The texts may mention these names, so that another entity edits only entity.yml.
NAMES = ("nombre", "siglas")
HASH = r"^[0-9a-f]{64}$"
VERSION = r"^[0-9]{1,6}([.-][0-9]{1,6}){0,3}$"
CHANGED = (
    "el texto ya no es el que se publicó como versión {version}: ahora su huella es {found}. "
    "Vuelva a escribirlo como estaba, con el nombre que la entidad tenía. Si quiere otro texto, es "
    "otra versión"
)

Hash = Annotated[str, Field(pattern=HASH)]


def _worded(value: str) -> str:
    strange = set(re.findall(r"\{(.*?)\}", value)) - set(NAMES)
    if strange or value.count("{") != value.count("}"):
        raise PydanticCustomError("nombres", "solo puede llevar {nombre} y {siglas} entre llaves")
    return value


Worded = Annotated[Text, AfterValidator(_worded)]


class Section(Sheet):
    titulo: Worded
    parrafos: Many[Worded]


class Version(Sheet):
    """One text. A changed text needs a new version: each acceptance records version and hash."""

    titulo: Worded
    version: str = Field(pattern=VERSION, description="Sale en la dirección de su página")
    desde: Day
    aceptacion: Worded
    secciones: Many[Section]
    huella: Hash | None = Field(None, description="Su SHA-256, desde que se publica")

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
    def text(self) -> str:
        """Everything shown, so that the entity can prove later what a person accepted."""
        parts = [self.titulo, self.version, self.desde.isoformat()]
        for section in self.secciones:
            parts += [section.titulo, *section.parrafos]
        return "\n".join([*parts, self.aceptacion])

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


class Former(Version):
    """It was published, and people accepted it: it stays as it was, word by word."""

    huella: Hash


class Consent(Version):
    """The text in force, and those before it, the newest first."""

    anteriores: Many[Former] | None = None

    @property
    def versions(self) -> tuple[Version, ...]:
        return (self, *(self.anteriores or ()))

    def named(self, nombre: str, siglas: str) -> Self:
        former = tuple(one.named(nombre, siglas) for one in self.anteriores or ())
        return super().named(nombre, siglas).model_copy(update={"anteriores": former or None})


class ConsentSheet(Sheet):
    terminos: Consent
    privacidad: Consent
    obligatoria: Text | None = Field(
        None,
        description="El decreto supremo que la obliga: con él nadie se da de baja en línea",
    )


def odd(sheet: ConsentSheet, nombre: str, siglas: str) -> Odd:
    """What a published text lost, and versions that nobody could tell apart."""
    for name, consent in (("terminos", sheet.terminos), ("privacidad", sheet.privacidad)):
        seen = set[str]()
        after: Version | None = None
        for place, one in enumerate(consent.versions):
            path = (name,) if one is consent else (name, "anteriores", place - 1)
            if one.version in seen:
                yield (*path, "version"), f"la versión {one.version} está repetida"
            if after and one.desde > after.desde:
                yield (*path, "desde"), f"es posterior a la de la versión {after.version}"
            seen.add(one.version)
            after = one
            found = one.named(nombre, siglas).sha256
            if one.huella not in (None, found):
                yield (*path, "huella"), CHANGED.format(version=one.version, found=found)
