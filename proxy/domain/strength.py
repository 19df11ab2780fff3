"""The check of a new password, and the reason of a refusal (S15–S17)."""

import re
import unicodedata
from collections.abc import Iterable

from zxcvbn import zxcvbn

from catalog.reading.access import PasswordRule
from proxy.errors import Refusal

# zxcvbn takes no more characters. A part never scores better than the whole.
JUDGED = 72
# Words that people in Peru choose, besides the thirty thousand that zxcvbn knows.
COMMON = """
contraseña contrasena clave casilla electronica notificacion notificaciones jurado
nacional elecciones electoral voto peru lima arequipa cusco trujillo piura callao alianza
universitario cristal amor familia princesa hola bienvenido ciudadano usuario acceso
ingreso sistema estado gobierno reniec sunat lunes martes miercoles jueves viernes sabado
domingo enero febrero marzo abril mayo junio julio agosto setiembre septiembre octubre
noviembre diciembre
"""
SHORTEST_WORD = 4  # letters of a word that a password must not contain
SHORTEST_NAME = 3  # letters of a word that `_only_of` takes off
FEW = 4  # letters that a password must have besides those words


def refuse_weak(password: str, rule: PasswordRule, about: Iterable[str] = ()) -> None:
    """Refuses `password.rule`, `password.common`, `password.personal` or `password.easy`.

    `about`: facts that others know about the owner and the entity. Takes up to 20 ms of processor.
    """
    kinds = {
        "una mayúscula": (rule.mayuscula, str.isupper),
        "una minúscula": (rule.minuscula, str.islower),
        "un número": (rule.numero, str.isdigit),
    }
    asked = {name: has for name, (wanted, has) in kinds.items() if wanted}
    length = len(unicodedata.normalize("NFC", password))
    long_enough = rule.minimo_caracteres <= length <= rule.maximo_caracteres
    if not (long_enough and all(any(map(has, password)) for has in asked.values())):
        raise Refusal(
            "password.rule",
            least=rule.minimo_caracteres,
            most=rule.maximo_caracteres,
            kinds=_listed(list(asked)),
        )
    words = {part for text in about for part in _words(text)}
    judged = zxcvbn(password[:JUDGED], user_inputs=[*words, *COMMON.split()])
    if rule.lista_de_claves_comunes:
        parts = judged["sequence"]
        if len(parts) == 1 and parts[0].get("dictionary_name") == "passwords":
            raise Refusal("password.common")
        if any(word in _folded(password) for word in words if len(word) >= SHORTEST_WORD):
            raise Refusal("password.personal")
        if _only_of({*words, *COMMON.split()}, password):
            raise Refusal("password.common")
    if judged["score"] < rule.fuerza_minima:
        raise Refusal("password.easy")


def _listed(names: list[str]) -> str:
    return "".join(f", {name}" for name in names[:-1]) + "".join(
        f" y {name}" for name in names[-1:]
    )


def _only_of(words: set[str], password: str) -> bool:
    """Whether few letters are left without the words: «Casilla2026», «Enero-2026!»."""
    left = folded = _folded(password)
    for word in sorted(words, key=len, reverse=True):
        if len(word) >= SHORTEST_NAME:
            left = left.replace(word, "")
    return left != folded and sum(map(str.isalpha, left)) < FEW


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9ñ]+", _folded(text))


def _folded(text: str) -> str:
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(c for c in parts if unicodedata.category(c) != "Mn")
