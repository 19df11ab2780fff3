"""Asks the State's service, or a local register, about the people and companies that register.

    check ──▶ «coincide» · «no coincide» · «no disponible», and where it writes to them
    represents ──▶ the same, of one person and one company

The answer never says which value differs, and no log holds a word of the claim (S40).
"""

import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Protocol

from proxy.domain import padron as rules
from proxy.domain.identidad import Identidad
from proxy.domain.identity import Answer, Checked, Claim, CompanyClaim
from proxy.domain.vault import Unsealable
from proxy.outside import request
from proxy.outside.breaker import Breaker
from proxy.outside.request import NoReply, Reply
from proxy.settings import Settings
from proxy.store import padron
from proxy.store.db import Database

logger = logging.getLogger("casilla.identity")

LOCAL_REGISTER = "padron:"
LARGEST = 4096  # bytes of an answer
BACK_OFF = 0.3  # seconds before the second and last try
# Checks at once: a service that hangs must not take all the threads of the casilla.
AT_ONCE = 8
PASSING = (502, 503, 504)  # usually a gateway that restarts
ADDRESSES = 5  # of one person or company
UNREADABLE = "a record of the register cannot be read with the keys of today"
# Two pairs of words, so that a program that ignores the representative in the question, and answers
# about the company, confirms no power.
Words = Mapping[str, Answer]
_SAME: Words = {"coincide": Answer.MATCHES, "no coincide": Answer.DIFFERS}
_POWER: Words = {"representa": Answer.MATCHES, "no representa": Answer.DIFFERS}
# The service works and rejects this one claim: the breaker counts no failure.
ABOUT_THE_CLAIM = (400, 404, 409, 413, 422)


class Identity(Protocol):
    """Call it outside any transaction and off the event loop: it may take some seconds."""

    def check(self, claim: Claim) -> Checked: ...

    def represents(self, person: Identidad, company: Identidad) -> Answer:
        """MATCHES only if the register says so of this very pair (S81)."""


def identity(settings: Settings, db: Database) -> Identity:
    if settings.identity_url == LOCAL_REGISTER:
        return Register(db)
    return Service(
        settings.identity_url,
        dict(settings.identity_headers) | request.bearer(settings.identity_token),
        connect_seconds=settings.identity_connect_seconds,
        read_seconds=settings.identity_read_seconds,
    )


@dataclass(frozen=True)
class Register:
    """The table that `casilla padron importar` fills. An empty table answers UNAVAILABLE."""

    db: Database

    def check(self, claim: Claim) -> Checked:
        with self.db.reading() as tx:
            loaded = padron.any_there(tx)
            try:
                found = padron.find(tx, claim.identidad)
                known = padron.known(tx, claim.identidad)
            except Unsealable:
                logger.error(UNREADABLE)
                return Checked(Answer.UNAVAILABLE)
        same = rules.says_the_same(found.record, claim)
        if not loaded:
            logger.warning("the register is empty: load it with «casilla padron importar»")
            return Checked(Answer.UNAVAILABLE)
        if not (same and found.there):
            return Checked(Answer.DIFFERS)
        return Checked(Answer.MATCHES, known.addresses)

    def represents(self, person: Identidad, company: Identidad) -> Answer:
        with self.db.reading() as tx:
            try:
                known = padron.known(tx, company)
            except Unsealable:
                logger.error(UNREADABLE)
                return Answer.UNAVAILABLE
        return Answer.MATCHES if person in known.representatives else Answer.DIFFERS


class _Failed(Exception):
    """The service gave no usable answer. `reason` may be logged."""

    def __init__(self, reason: str, *, again: bool = False, alive: bool = False) -> None:
        super().__init__(reason)
        self.again = again
        self.alive = alive


@dataclass
class Service:
    """An HTTP service that verifies, such as RENIEC and SUNAT behind the PIDE."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect_seconds: float = 2.0
    read_seconds: float = 5.0
    breaker: Breaker = field(default_factory=Breaker)
    _places: BoundedSemaphore = field(
        default_factory=lambda: BoundedSemaphore(AT_ONCE), init=False, repr=False
    )

    def check(self, claim: Claim) -> Checked:
        return self._checked(_question(claim), _SAME)

    def represents(self, person: Identidad, company: Identidad) -> Answer:
        question = {"identidad": _named(company), "representante": _named(person)}
        return self._checked(question, _POWER).answer

    def _checked(self, question: object, words: Words) -> Checked:
        if not self._places.acquire(blocking=False):
            logger.warning("too many checks wait for the identity service")
            return Checked(Answer.UNAVAILABLE)
        try:
            return self._check(question, words)
        finally:
            self._places.release()

    def _check(self, question: object, words: Words) -> Checked:
        if not self.breaker.allows():
            return Checked(Answer.UNAVAILABLE)
        worked = False
        try:
            answer = _answer(self._ask_twice(question), words)
            worked = True
            return answer
        except _Failed as failed:
            worked = failed.alive
            logger.warning("no answer of the identity service", extra={"detail": str(failed)})
            return Checked(Answer.UNAVAILABLE)
        finally:
            self.breaker.tell(worked=worked)

    def _ask_twice(self, question: object) -> Reply:
        try:
            return self._ask(question)
        except _Failed as failed:
            if not failed.again:
                raise
        time.sleep(BACK_OFF)
        return self._ask(question)

    def _ask(self, question: object) -> Reply:
        try:
            reply = request.ask(
                self.url,
                question,
                self.headers,
                connect_seconds=self.connect_seconds,
                seconds=self.read_seconds,
                most=LARGEST + 1,
            )
        except NoReply as error:
            raise _Failed(str(error), again=not error.slow) from None
        if reply.status != 200:
            again, alive = reply.status in PASSING, reply.status in ABOUT_THE_CLAIM
            raise _Failed(f"status {reply.status}", again=again, alive=alive)
        return reply


# The manual documents these names for the operators of a service.
def _named(identidad: Identidad) -> dict[str, str]:
    return {"tipo": identidad.kind, "numero": identidad.number}


def _question(claim: Claim) -> object:
    if isinstance(claim, CompanyClaim):
        said = {"razon_social": claim.razon_social, "distrito": claim.distrito}
    else:
        said = {
            "apellido_paterno": claim.apellido_paterno,
            "apellido_materno": claim.apellido_materno,
            "nombres": claim.nombres,
            "fecha_nacimiento": claim.born_on.isoformat(),
            "sexo": claim.sexo,
            "fecha_emision": claim.issued_on.isoformat(),
            "cui": claim.cui,
        }
    return {"identidad": _named(claim.identidad), **said}


def _answer(reply: Reply, words: Words) -> Checked:
    if reply.kind != "application/json":
        raise _Failed("the content type is not JSON")
    if len(reply.said) > LARGEST:
        raise _Failed("the answer is too large")
    try:
        said = json.loads(reply.said)
    except (ValueError, RecursionError):
        raise _Failed("the answer is not JSON") from None
    resultado = said.get("resultado") if isinstance(said, dict) else None
    answer = words.get(resultado) if isinstance(resultado, str) else None
    if answer is None:
        # An older program in front of the service knows only the first question, and works.
        raise _Failed("the answer says something else", alive=words is _POWER)
    correos = said.get("correos") if answer is Answer.MATCHES else None
    addresses = correos[:ADDRESSES] if isinstance(correos, list) else []
    return Checked(answer, tuple(one for one in addresses if isinstance(one, str)))
