"""Compares the claim of a person or a company with the State's service, or a local register.

    check ──▶ «coincide» · «no coincide» · «no disponible»

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
from proxy.domain.identity import Answer, Claim, CompanyClaim
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
# The service works and rejects this one claim: the breaker counts no failure.
ABOUT_THE_CLAIM = (400, 404, 409, 413, 422)


class Identity(Protocol):
    def check(self, claim: Claim) -> Answer:
        """Call this outside any transaction and off the event loop: it may take some seconds."""


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

    def check(self, claim: Claim) -> Answer:
        with self.db.reading() as tx:
            loaded = padron.any_there(tx)
            try:
                found = padron.find(tx, claim.identidad)
            except Unsealable:
                logger.error("a record of the register cannot be read with the keys of today")
                return Answer.UNAVAILABLE
        same = rules.says_the_same(found.record, claim)
        if not loaded:
            logger.warning("the register is empty: load it with «casilla padron importar»")
            return Answer.UNAVAILABLE
        return Answer.MATCHES if same and found.there else Answer.DIFFERS


class _Failed(Exception):
    """The service gave no usable answer. `reason` may be logged."""

    def __init__(self, reason: str, *, again: bool = False, alive: bool = False) -> None:
        super().__init__(reason)
        self.again = again
        self.alive = alive


@dataclass
class Service:
    """An HTTP service that verifies, such as RENIEC and SUNAT behind the PIDE."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    connect_seconds: float = 2.0
    read_seconds: float = 5.0
    breaker: Breaker = field(default_factory=Breaker)
    _places: BoundedSemaphore = field(
        default_factory=lambda: BoundedSemaphore(AT_ONCE), init=False, repr=False
    )

    def check(self, claim: Claim) -> Answer:
        if not self._places.acquire(blocking=False):
            logger.warning("too many checks wait for the identity service")
            return Answer.UNAVAILABLE
        try:
            return self._check(claim)
        finally:
            self._places.release()

    def _check(self, claim: Claim) -> Answer:
        if not self.breaker.allows():
            return Answer.UNAVAILABLE
        worked = False
        try:
            answer = self._ask_twice(_question(claim))
            worked = True
            return answer
        except _Failed as failed:
            worked = failed.alive
            logger.warning("no answer of the identity service", extra={"detail": str(failed)})
            return Answer.UNAVAILABLE
        finally:
            self.breaker.tell(worked=worked)

    def _ask_twice(self, question: object) -> Answer:
        try:
            return self._ask(question)
        except _Failed as failed:
            if not failed.again:
                raise
        time.sleep(BACK_OFF)
        return self._ask(question)

    def _ask(self, question: object) -> Answer:
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
        return _answer(reply)


def _question(claim: Claim) -> object:
    # The manual documents these names for the operators of a service.
    identidad = {"tipo": claim.identidad.kind, "numero": claim.identidad.number}
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
    return {"identidad": identidad, **said}


def _answer(reply: Reply) -> Answer:
    if reply.status != 200:
        again, alive = reply.status in PASSING, reply.status in ABOUT_THE_CLAIM
        raise _Failed(f"status {reply.status}", again=again, alive=alive)
    if reply.kind != "application/json":
        raise _Failed("the content type is not JSON")
    if len(reply.said) > LARGEST:
        raise _Failed("the answer is too large")
    try:
        said = json.loads(reply.said)
    except (ValueError, RecursionError):
        raise _Failed("the answer is not JSON") from None
    resultado = said.get("resultado") if isinstance(said, dict) else None
    if resultado not in (Answer.MATCHES.value, Answer.DIFFERS.value):
        raise _Failed("the answer says something else")
    return Answer(resultado)
