"""What a system sends comes to the disk part by part, each no further than its limit."""

from contextlib import ExitStack
from types import TracebackType

from proxy.domain.datos import BYTES, Datos, Malformed, Wrong
from proxy.domain.files import Limits
from proxy.errors import Refusal
from proxy.store.documents import Coming, Documents, Received
from proxy.texts import TEXTS

PARTS = ("datos", "acto", "anexo")


class Parts:
    """Its copies are gone at its end, but those that `deposit.receive` gave their name."""

    def __init__(self, documents: Documents, limits: Limits) -> None:
        self._documents, self._limits = documents, limits
        self._copies = ExitStack()
        self._open: tuple[str, int, Coming] | None = None
        self._text = b""
        self._datos: bytes | None = None
        self._acto: Received | None = None
        self._anexos: list[Received] = []

    def __enter__(self) -> "Parts":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._copies.close()

    def begin(self, name: str) -> None:
        """Raises Malformed for a part that a deposit does not have, or has already."""
        again = {"datos": self._datos is not None, "acto": self._acto is not None}
        if name not in PARTS or again.get(name):
            raise Malformed(Wrong(name, TEXTS["api.part"]))
        if name == "datos":
            return
        if name == "anexo" and len(self._anexos) >= self._limits.anexos:
            raise Refusal("anexos.many", most=self._limits.anexos)
        most = self._limits.acto if name == "acto" else self._limits.anexo
        self._open = name, most, self._copies.enter_context(self._documents.coming())

    def write(self, chunk: bytes) -> None:
        """Refuses `file.large` and `api.large`."""
        if self._open is None:
            self._text += chunk
            if len(self._text) > BYTES:
                raise Refusal("api.large", most=BYTES)
            return
        name, most, coming = self._open
        coming.write(chunk)
        if coming.size > most:
            raise Refusal("file.large", name=name, most=most // 1_000_000)

    def end(self) -> None:
        """The part is whole, and its bytes are synced."""
        if self._open is None:
            self._datos, self._text = self._text, b""
            return
        name, _, coming = self._open
        self._open = None
        if name == "acto":
            self._acto = coming.ended()
        else:
            self._anexos.append(coming.ended())

    @property
    def datos(self) -> bytes:
        """Raises Malformed when a part is missing."""
        lacking = [
            name for name, part in (("datos", self._datos), ("acto", self._acto)) if part is None
        ]
        if lacking:
            raise Malformed(*(Wrong(name, TEXTS["api.no_part"]) for name in lacking))
        assert self._datos is not None
        return self._datos

    @property
    def files(self) -> tuple[Received, list[Received]]:
        assert self._acto
        return self._acto, self._anexos

    @property
    def hashes(self) -> list[str]:
        return [one.sha256 for one in (*([self._acto] if self._acto else []), *self._anexos)]


def refuse_other_bytes(parts: Parts, datos: Datos) -> None:
    """Before the same deposit is looked for: with other bytes it is another one. Refuses
    `file.other_bytes`; raises Malformed when there are not as many as `datos` says."""
    acto, anexos = parts.files
    if len(anexos) != len(datos.anexos):
        why = TEXTS["datos.parts"].format(said=len(datos.anexos), came=len(anexos))
        raise Malformed(Wrong("anexos", why))
    said = (datos.acto, *datos.anexos)
    for one, came in zip(said, (acto, *anexos), strict=True):
        if one.sha256 != came.sha256:
            raise Refusal("file.other_bytes", name=one.nombre, sha256=came.sha256)
