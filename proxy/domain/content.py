"""What the law wants said with an acto, as its sender declared it (L7; LPAG 24.1).

Canonical JSON, frozen with what was served: a digest holds it.
"""

import json
from dataclasses import dataclass
from typing import Any

from proxy.domain.plazo import Term


@dataclass(frozen=True)
class Remedy:
    name: str
    body: str  # before which it is filed
    term: Term


@dataclass(frozen=True)
class Content:
    """`remedies` or, where there are none, why."""

    authority: str  # the entity and its address, as they were then
    address: str
    validity: str
    exhausts: bool  # the administrative channel
    remedies: tuple[Remedy, ...] = ()
    no_remedies: str | None = None
    term: Term | None = None  # of the effect, and what it is for
    purpose: str | None = None

    def freeze(self) -> str:
        said: dict[str, Any] = {
            "autoridad": self.authority,
            "direccion": self.address,
            "vigencia": self.validity,
            "agota_via": self.exhausts,
            "recursos": [
                {"recurso": one.name, "organo": one.body, "plazo": _term(one.term)}
                for one in self.remedies
            ],
            "sin_recursos": self.no_remedies,
            "plazo": _term(self.term) | {"para": self.purpose} if self.term else None,
        }
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def parse_content(frozen: str) -> Content:
    told = json.loads(frozen)
    plazo = told["plazo"]
    return Content(
        authority=told["autoridad"],
        address=told["direccion"],
        validity=told["vigencia"],
        exhausts=told["agota_via"],
        remedies=tuple(
            Remedy(one["recurso"], one["organo"], _read(one["plazo"])) for one in told["recursos"]
        ),
        no_remedies=told["sin_recursos"],
        term=_read(plazo) if plazo else None,
        purpose=plazo["para"] if plazo else None,
    )


def _term(term: Term) -> dict[str, Any]:
    return {"cantidad": term.amount, "unidad": term.unit}


def _read(told: dict[str, Any]) -> Term:
    return Term(told["cantidad"], told["unidad"])
