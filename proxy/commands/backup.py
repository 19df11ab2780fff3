"""Everything but the keys in one file, and back: `respaldar`, `restaurar`."""

from pathlib import Path
from typing import Annotated

import typer

from proxy.commands import start

ARCHIVE = typer.Argument(metavar="ARCHIVO", help="El archivo del respaldo, .tar.")


def save(archivo: Annotated[Path, ARCHIVE]) -> None:
    """Respalda la base de datos y los documentos en un archivo. Las claves van aparte."""
    from proxy.keys.mark import path_of_mark
    from proxy.store import backup

    parts = start.installation()
    keys = parts.settings.keys_file
    saved = backup.save(parts.db, parts.settings.database_url, parts.documents, archivo)
    print(
        f"Se respaldaron la base de datos y {_documents(saved.documents)} en {archivo}. No lleva "
        f"las claves: guarde en otro lugar {keys} y {path_of_mark(keys)}."
    )


def restore(archivo: Annotated[Path, ARCHIVE]) -> None:
    """Restaura un respaldo donde no hay nada todavía."""
    from proxy.keys.mark import path_of_mark
    from proxy.store import backup

    parts = start.installation()
    settings = parts.settings
    saved = backup.restore(archivo, settings.database_url, parts.documents)
    mark = path_of_mark(settings.keys_file)
    steps = []
    if not settings.keys_file.exists():
        steps.append(f"ponga en {settings.keys_file} las claves de esa instalación")
    if mark.exists():  # it is newer than the copy, as a rule
        steps.append(f"aparte la marca (mv {mark} {mark}-antes-de-restaurar)")
    steps.append(
        "ejecute «casilla migrar», que escribe otra marca y lo avisa, y después «casilla auditoria "
        "verificar»"
    )
    print(f"Se restauraron la base de datos y {_documents(saved.documents)}.")
    print("Antes de arrancar el servicio: " + "; ".join(steps) + ".")


def _documents(count: int) -> str:
    return "un documento" if count == 1 else f"{count} documentos"
