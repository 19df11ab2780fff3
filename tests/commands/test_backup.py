"""`respaldar` and `restaurar`, as who looks after the service uses them."""

import shutil
import tarfile
from pathlib import Path

from proxy.installation import Installation
from tests.commands.conftest import Casilla
from tests.test_cli import open_casilla, serve


def test_a_service_comes_back_from_its_backup_and_its_keys(
    casilla: Casilla, installation: Installation
) -> None:
    assert open_casilla(casilla)[0] == 0
    assert serve(casilla)[0] == 0
    code, said, complaint = casilla("respaldar", "respaldo.tar")
    assert (code, complaint) == (0, "")
    assert "No lleva las claves" in said and "var/claves.json.marca" in said
    secret = Path("var/claves.json").read_bytes()
    with tarfile.open("respaldo.tar") as tar:
        names = tar.getnames()
    assert len(names) == 4 and not [name for name in names if "claves" in name]
    assert secret[20:60] not in Path("respaldo.tar").read_bytes()

    assert serve(casilla, numero="000010-2026-SG/JNE")[0] == 0  # it is lost
    assert casilla("auditoria", "verificar")[0] == 0  # and the mark knows of it
    occupied = casilla("restaurar", "respaldo.tar")
    assert occupied[0] == 1 and "La base de datos ya tiene tablas" in occupied[2]
    for path in Path("var").glob("casilla.db*"):
        path.unlink()
    shutil.rmtree("var/documentos")

    code, said, complaint = casilla("restaurar", "respaldo.tar")
    assert (code, complaint) == (0, "")
    assert "Se restauraron la base de datos y un documento." in said
    mark = Path("var/claves.json.marca")
    assert f"mv {mark} {mark}-antes-de-restaurar" in said
    assert Path("var/casilla.db").stat().st_mode & 0o777 == 0o600
    assert casilla("auditoria", "verificar")[0] == 1
    mark.rename(f"{mark}-antes-de-restaurar")
    assert casilla("migrar")[0] == 0
    assert casilla("auditoria", "verificar")[0] == 0
    assert serve(casilla)[0] == 1  # the acto of the backup is there
    assert serve(casilla, numero="000010-2026-SG/JNE")[0] == 0


def test_what_cannot_be_saved_or_restored_says_why(casilla: Casilla) -> None:
    code, _, complaint = casilla("respaldar", "respaldo.tar")
    assert (code, complaint) == (
        1,
        "No hay nada que respaldar: la base de datos no tiene tablas.\n",
    )
    assert casilla("restaurar", "no-está.tar") == (
        1,
        "",
        "No se puede usar no-está.tar: no existe.\n",
    )
    Path("mal.tar").write_bytes(b"no es un tar")
    code, _, complaint = casilla("restaurar", "mal.tar")
    assert code == 1 and complaint.startswith("mal.tar está incompleto, dañado o no es un respaldo")
    assert casilla("migrar")[0] == 0
    assert casilla("respaldar", "no/hay/carpeta.tar")[0] == 1
