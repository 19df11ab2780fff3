"""A file that the entity mended is no incidencia any more, although nobody asked for it."""

from io import BytesIO
from pathlib import Path

import pytest

from proxy.flows import incidencias
from proxy.installation import Installation
from proxy.keys.ring import create_keyring
from proxy.store import notificaciones
from proxy.work.mender import Mender
from tests.casilla import ACTO, Casilla
from tests.people import BRUNO, ROSA, open_casilla
from tests.plazos import CATALOG
from tests.work.worker_killed import install


@pytest.fixture
def installation(sqlite_url: str, tmp_path: Path) -> Installation:
    made = install(sqlite_url, tmp_path)
    made.settings.documents_url = str(tmp_path / "documentos")
    create_keyring(made.settings.keys_file)
    return made


def test_what_was_mended_is_noticed_for_everybody_and_read_only_when_it_changed(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    db, documents = installation.db, installation.documents
    for person in (ROSA, BRUNO):
        owner = open_casilla(db, person)
        with db.transaction() as tx:
            one = Casilla(owner, documents).serve(tx)
            [file] = notificaciones.files_of(tx, owner.id, one)
            incidencias.found(tx, CATALOG, file, "missing")
    path = documents.path(file.sha256)
    path.unlink()
    mender, reads = Mender(installation), []
    fault = documents.fault
    monkeypatch.setattr(documents, "fault", lambda sha256: (reads.append(sha256), fault(sha256))[1])

    def still_open() -> int:
        mender.look()
        with db.reading() as tx:
            return len(incidencias.every(tx))

    assert [still_open(), still_open()] == [2, 2]
    path.write_bytes(b"%PDF- of yesterday")
    assert [still_open(), still_open()] == [2, 2]
    documents.put(BytesIO(ACTO.content))
    assert [still_open(), still_open()] == [0, 0]
    assert len(reads) == 2
