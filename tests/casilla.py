"""Notificaciones that a test puts into a casilla, without the flow of a deposit."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from io import BytesIO

from proxy.domain.ids import new_id
from proxy.domain.notificacion import File, Notificacion
from proxy.store import notificaciones
from proxy.store.documents import Documents
from proxy.store.tx import Tx
from tests.people import Person


def pdf(says: str = "an acto", pages: int = 1) -> bytes:
    """The least that a reader opens. What it says stands in a comment, and makes its bytes."""
    leaves = range(3, 3 + pages)
    kids = " ".join(f"{number} 0 R" for number in leaves)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        *("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>" for _ in leaves),
    ]
    content, places = f"%PDF-1.7\n% {says}\n".encode(), []
    for number, one in enumerate(objects, 1):
        places.append(len(content))
        content += f"{number} 0 obj\n{one}\nendobj\n".encode()
    rows = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(content)}\n%%EOF\n"
    return content + f"xref\n0 {size}\n0000000000 65535 f \n{rows}{end}".encode()


PDF = pdf()


@dataclass(frozen=True)
class Offered:
    """A file to serve. Its bytes are kept only by a Casilla with `documents`."""

    name: str
    content: bytes = PDF
    media_type: str = "application/pdf"


ACTO = Offered("CARTA 9.pdf")


@dataclass(frozen=True)
class Casilla:
    """The casilla of one person."""

    person: Person
    documents: Documents | None = field(default=None)

    def serve(
        self,
        tx: Tx,
        asunto: str = "Carta de atención",
        acto: Offered = ACTO,
        anexos: Sequence[Offered] = (),
        at: datetime | None = None,
        **said: str,
    ) -> bytes:
        """The id of the new notificacion, of which `said` replaces what it says."""
        at = at or tx.now
        notificacion = Notificacion(
            casilla_id=self.person.id,
            id=new_id(at),
            expediente="EXP.2026000027",
            expediente_on=date(2026, 3, 2),
            tipo="CARTA",
            numero="000009-2026-SG/JNE",
            asunto=asunto,
            dependencia="Secretaría General",
            firmado_por="Ana Torres Inventada",
            elaborado_por="Luis Paredes Inventado",
            issued_at=at - timedelta(days=7, minutes=13),
            deposited_at=at,
            read_at=None,
        )
        notificacion = replace(notificacion, **said)
        files = [self._file(notificacion, n, file) for n, file in enumerate([acto, *anexos])]
        notificaciones.add(tx, notificacion, files)
        return notificacion.id

    def _file(self, notificacion: Notificacion, position: int, file: Offered) -> File:
        sha256 = "0" * 64
        if self.documents:
            sha256 = self.documents.put(BytesIO(file.content)).sha256
        return File(
            casilla_id=self.person.id,
            notificacion_id=notificacion.id,
            position=position,
            name=file.name,
            media_type=file.media_type,
            sha256=sha256,
            size=len(file.content),
        )
