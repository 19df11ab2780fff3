"""The command `casilla`. A refusal is one sentence on standard error and exit 1; wrong usage, 2."""

import errno
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from proxy.commands import (
    api_keys,
    audit,
    backup,
    constancia,
    cuentas,
    demonstration,
    deposits,
    keys,
    lot,
    mail,
    padron,
    plazos,
    service,
    site,
)
from proxy.commands.spanish import Command, Group, wrong_usage
from proxy.errors import Refusal, Unavailable

if TYPE_CHECKING:
    from proxy.store.schema import MigrationFailed

REASONS = {
    errno.ENOENT: "no existe",
    errno.EACCES: "falta permiso",
    errno.EPERM: "falta permiso",
    errno.EROFS: "el disco es de solo lectura",
    errno.EISDIR: "es una carpeta",
    errno.ENOTDIR: "no es una carpeta",
    errno.EEXIST: "ya existe y no es una carpeta",
}
app = typer.Typer(
    cls=Group,
    help="Catálogo de servicios digitales y casilla electrónica.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
COMMANDS: dict[str, Callable[..., None]] = {
    "construir": site.build,
    "verificar-catalogo": site.verify_catalog,
    "exportar": site.export,
    "migrar": service.migrate,
    "servir": service.serve,
    "trabajar": service.work,
    "demostracion": demonstration.demonstration,
    "depositar": deposits.deposit,
    "depositar-lote": lot.deposit_lot,
    "anular": deposits.annul,
    "prorrogar": deposits.extend,
    "aplazar": deposits.begin_later,
    "correo": mail.mail,
    "respaldar": backup.save,
    "restaurar": backup.restore,
    "plazo": plazos.plazo,
}
for name, function in COMMANDS.items():
    app.command(name, cls=Command)(function)
app.add_typer(cuentas.cuentas, name="cuentas")
app.add_typer(padron.padron, name="padron")
app.add_typer(audit.auditoria, name="auditoria")
app.add_typer(constancia.constancia, name="constancia")
app.add_typer(keys.claves, name="claves")
app.add_typer(api_keys.claves_api, name="claves-api")


def main(arguments: list[str] | None = None) -> int:
    try:
        code = app(arguments, prog_name="casilla", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except typer.TyperException as error:
        print(wrong_usage(error), file=sys.stderr)
        return error.exit_code
    except typer.Abort:
        return 1
    except Exception as error:
        sentence = _refusal(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)
        return 1


def _refusal(error: Exception) -> str | None:
    """The sentence for an error that the operator can repair; None: a fault of the program."""
    if isinstance(error, Refusal | Unavailable):
        return str(error)
    if isinstance(error, OSError):
        return str(_of_the_system(error))
    from sqlalchemy.exc import ArgumentError

    from catalog.reading.reader import CatalogFaults
    from proxy.store.schema import MigrationFailed

    if isinstance(error, CatalogFaults):
        return str(error)
    if isinstance(error, MigrationFailed):
        return str(_of_a_migration(error))
    if isinstance(error, ArgumentError):
        return str(Refusal("settings.wrong", name="CASILLA_DATABASE_URL", reason="no es una URL"))
    return None


def _of_the_system(error: OSError) -> Refusal:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refusal("disk.full")
    reason = REASONS.get(error.errno or 0, os.strerror(error.errno or 0))
    return Refusal("path.wrong", path=error.filename or "el archivo", reason=reason)


def _of_a_migration(failed: "MigrationFailed") -> Refusal:
    from sqlalchemy.exc import DBAPIError

    from proxy.store.unavailable import sign

    error, said = failed.error, type(failed.error).__name__
    reason = None
    if isinstance(error, DBAPIError):
        said = str(error.orig).partition("\n")[0]  # the next lines quote what is stored
        known = sign(error)
        reason = Refusal(known) if known else None
    reason = reason or Refusal("database.said", said=said)
    return Refusal("schema.failed", revision=failed.revision, reason=reason)
