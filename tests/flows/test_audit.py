"""The audit as an operator meets it: S69."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from proxy.cli import main
from proxy.commands.start import operator
from proxy.domain.actor import Actor
from proxy.domain.events import Event
from proxy.flows import keys
from proxy.installation import Installation
from proxy.keys.mark import path_of_mark
from proxy.keys.ring import read_keyring
from proxy.settings import Settings
from proxy.store import eventos
from tests.commands.conftest import hurry
from tests.flows.test_deposit import Sender
from tests.people import ROSA, open_casilla
from tests.store.intruder import without_guards

MANUAL = Path(__file__).parents[2] / "site_src/pages/manual/auditoria-y-claves.md"


@pytest.fixture
def installation(
    tmp_path: Path, migrated_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Installation:
    monkeypatch.chdir(tmp_path)
    hurry(monkeypatch)
    for name in ("DATABASE_URL", "KEYS_FILE", "ORIGIN"):
        monkeypatch.delenv(f"CASILLA_{name}", raising=False)
    shutil.copytree(migrated_folder, tmp_path, dirs_exist_ok=True)
    installation = Installation(Settings(_env_file=None))
    rosa = open_casilla(installation.db, ROSA)
    with installation.db.transaction() as tx:
        eventos.note(tx, Event.CASILLA_OPENED, rosa.id)
    with installation.db.transaction(Actor("visitor", ip="203.0.113.7")) as tx:
        eventos.note(tx, Event.LOGIN_FAILED, rosa.id, why="=1+1")
    return installation


Said = pytest.CaptureFixture[str]


def casilla(said: Said, *line: str) -> tuple[int, str, str]:
    said.readouterr()
    code = main(list(line))
    out, err = said.readouterr()
    return code, out, err


def test_every_event_is_in_the_manual_and_nothing_else_is() -> None:
    told = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", MANUAL.read_text(), re.M))
    assert told.keys() == {event.value for event in Event}
    assert len(set(told.values())) == len(told)


def test_what_nobody_touched_is_told_in_a_sentence(
    installation: Installation, capsys: Said
) -> None:
    code, said, complaint = casilla(capsys, "auditoria", "verificar")
    assert (code, complaint) == (0, "")
    assert re.fullmatch(
        r"La auditoría está completa: 3 filas, del [\d/]+ [\d:]+ \(hora de Lima\) al .*\.\n"
        r"Este registro empezó el [\d/]+ [\d:]+ \(hora de Lima\)\.\n",
        said,
    )


PLACE = "(SELECT evento_id FROM line WHERE place = 2)"


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        ((f"UPDATE eventos SET ip = '203.0.113.8' WHERE id = {PLACE}",), "la fila 2, del "),
        ((f"DELETE FROM eventos WHERE id = {PLACE}",), "falta la fila 2"),
        (
            (
                f"DELETE FROM eventos WHERE id = {PLACE}",
                "DELETE FROM line WHERE place = 2",
            ),
            "antes de la fila 3, del ",
        ),
        (
            (
                "DELETE FROM eventos WHERE id IN (SELECT evento_id FROM line WHERE place > 2)",
                "DELETE FROM line WHERE place > 2",
            ),
            "desde la fila 3.",
        ),
        (("DELETE FROM eventos", "DELETE FROM line", "DELETE FROM line_waiting"), "la fila 1."),
    ],
)
def test_what_somebody_touched_is_named(
    installation: Installation, capsys: Said, statements: tuple[str, ...], told: str
) -> None:
    """The last two put back an older copy: the mark beside the keys tells."""
    assert casilla(capsys, "auditoria", "verificar")[0] == 0
    with without_guards(installation.db) as tx:
        for statement in statements:
            tx.conn.execute(text(statement))
    code, said, complaint = casilla(capsys, "auditoria", "verificar")
    assert (code, said) == (1, "")
    assert complaint.startswith("La auditoría no está completa: ")
    assert told in complaint


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE constancias SET kind = 'lectura'", "no es la que dice la auditoría: lo que "),
        ("UPDATE constancias SET notificacion_id = NULL", "y ningún evento dice de ella: "),
        ("DELETE FROM constancias", "Falta la constancia CC-2026-"),
        ("UPDATE constancias SET number = 'CC-2026-000009-X'", "y ningún evento dice de ella: "),
    ],
)
def test_a_constancia_that_is_not_what_was_noted_is_told_in_a_sentence(
    installation: Installation, capsys: Said, statement: str, told: str
) -> None:
    """X3"""
    Sender(installation.db, installation.documents.folder).deposit()
    assert casilla(capsys, "auditoria", "verificar")[0] == 0
    with without_guards(installation.db) as tx:
        tx.conn.execute(text(statement))
    code, said, complaint = casilla(capsys, "auditoria", "verificar")
    assert (code, said) == (1, "")
    assert told in complaint


def test_a_mark_that_nobody_of_the_ring_signed_is_refused(
    installation: Installation, capsys: Said
) -> None:
    assert casilla(capsys, "auditoria", "verificar")[0] == 0
    path = path_of_mark(installation.settings.keys_file)
    assert path.stat().st_mode & 0o777 == 0o600
    told = json.loads(path.read_text())
    path.write_text(json.dumps(told | {"lugar": 1}))
    code, _, complaint = casilla(capsys, "auditoria", "verificar")
    assert (code, "está dañada" in complaint) == (1, True)


def test_a_mark_that_is_gone_is_said_once_and_written_again(
    installation: Installation, capsys: Said
) -> None:
    path = path_of_mark(installation.settings.keys_file)
    for line in (("verificar",), ("exportar", "--archivo", "todo.jsonl")):
        path.unlink()
        code, _, complaint = casilla(capsys, "auditoria", *line)
        assert (code, "no había una marca" in complaint) == (1, True)
        assert path.exists()
        assert casilla(capsys, "auditoria", "verificar")[0] == 0
    assert not Path("todo.jsonl").exists()
    path.unlink()
    assert "no había una marca" in casilla(capsys, "migrar")[2]


def test_a_mark_that_cannot_be_written_is_a_sentence_and_never_passes_for_written(
    installation: Installation, capsys: Said
) -> None:
    path_of_mark(installation.settings.keys_file).unlink()
    Path("var/claves.json.marca.lock").unlink()
    Path("var/claves.json.marca.lock").mkdir()  # also in the way of root
    for line in (("migrar",), ("auditoria", "verificar"), ("auditoria", "exportar")):
        code, _, complaint = casilla(capsys, *line)
        assert code == (0 if line == ("migrar",) else 1)
        assert "No se puede escribir la marca" in complaint
        assert ("Se escribió" in complaint, complaint.count("\n")) == (False, 1)


def test_nothing_is_exported_behind_a_line_that_lost_its_mark(
    installation: Installation, capsys: Said
) -> None:
    assert casilla(capsys, "auditoria", "verificar")[0] == 0
    with without_guards(installation.db) as tx:
        tx.conn.execute(text("DELETE FROM line WHERE place > 1"))
    verified = casilla(capsys, "auditoria", "verificar")[2]
    code, said, complaint = casilla(capsys, "auditoria", "exportar", "--archivo", "todo.jsonl")
    assert (code, said) == (1, "")
    assert complaint == f"No se exportó nada. {verified}"
    assert not Path("todo.jsonl").exists()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "No se puede leer el archivo de claves var/claves.json. Ejecute"),
        (b"\xff", "El archivo de claves var/claves.json está dañado."),
    ],
)
def test_keys_that_cannot_be_read_are_not_said_to_be_missing(
    installation: Installation, capsys: Said, content: bytes | None, told: str
) -> None:
    path = installation.settings.keys_file
    path.unlink()
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
        path.chmod(0o600)
    code, _, complaint = casilla(capsys, "auditoria", "verificar")
    assert (code, complaint.startswith(told)) == (1, True)


def test_an_export_says_whose_it_is_to_nobody(installation: Installation, capsys: Said) -> None:
    code, said, complaint = casilla(capsys, "auditoria", "exportar")
    assert (code, complaint) == (0, "Se exportaron 4 filas.\n")
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["event"] for line in lines] == [
        "record_begun", "user_created", "authn_login_fail", "audit_exported",
    ]  # fmt: skip
    assert list(lines[0]) == [
        "id", "at", "event", "user", "ip", "detail", "actor", "session", "notificacion",
        "challenge", "message", "request", "key_id", "seal", "evento", "chain",
    ]  # fmt: skip
    assert [line["id"] for line in lines] == [1, 2, 3, 4]
    assert (lines[2]["actor"], lines[2]["ip"]) == ("visitor", "203.0.113.7")
    assert lines[3]["actor"] == str(operator())
    assert lines[0]["at"].endswith("+00:00")
    assert lines[1]["user"] == lines[2]["user"]
    assert re.fullmatch("[0-9a-f]{64}", lines[1]["user"])
    assert re.fullmatch("[0-9a-f]{64}", lines[0]["seal"])
    assert ROSA.identidad.number not in said


def test_a_later_export_begins_as_the_one_before(installation: Installation, capsys: Said) -> None:
    for name in ("anterior.jsonl", "nueva.jsonl"):
        assert casilla(capsys, "auditoria", "exportar", "--archivo", name)[0] == 0
        assert Path(name).stat().st_mode & 0o777 == 0o600
    code, said, _ = casilla(capsys, "auditoria", "verificar", "--desde", "anterior.jsonl")
    assert (code, "filas comparadas, 4." in said) == (0, True)
    for wrong, told in (
        (("authn_login_fail", "authn_login_none"), "La fila 3 no dice hoy"),
        (('{"id":4', '{"id":400'), "La fila 400 está en la exportación y hoy falta"),
        (('{"id":4', '"id":4'), "La línea 4 de"),
        (('{"id":4', '{"id":true'), "La línea 4 de"),
    ):
        Path("otra.jsonl").write_text(Path("anterior.jsonl").read_text().replace(*wrong))
        code, _, complaint = casilla(capsys, "auditoria", "verificar", "--desde", "otra.jsonl")
        assert code == 1
        assert complaint.startswith(told)


def test_an_export_without_rows_or_with_gaps_does_not_pass_for_the_whole(
    installation: Installation, capsys: Said
) -> None:
    assert casilla(capsys, "auditoria", "exportar", "--archivo", "anterior.jsonl")[0] == 0
    lines = Path("anterior.jsonl").read_text().splitlines(keepends=True)
    Path("otra.jsonl").write_text(lines[0] + lines[3])
    said = casilla(capsys, "auditoria", "verificar", "--desde", "otra.jsonl")[1]
    assert "filas comparadas, 2. En la exportación faltan filas en medio: 2." in said
    Path("otra.jsonl").write_text("")
    code, _, complaint = casilla(capsys, "auditoria", "verificar", "--desde", "otra.jsonl")
    assert (code, complaint.startswith("otra.jsonl no tiene ninguna fila")) == (1, True)


def test_an_export_of_some_days_as_csv(installation: Installation, capsys: Said) -> None:
    line = ("auditoria", "exportar", "--formato", "csv", "--archivo", "dias.csv")
    assert casilla(capsys, *line, "--hasta", "2020-01-01")[1].startswith("Se exportaron 0 filas")
    today = f"{installation.clock().astimezone(installation.zone):%Y-%m-%d}"
    assert casilla(capsys, *line, "--desde", today, "--hasta", today)[0] == 0
    with Path("dias.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["event"] for row in rows][1:3] == ["user_created", "authn_login_fail"]
    assert json.loads(rows[2]["detail"]) == {"why": "=1+1"}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (("--desde", "ayer"), "«ayer» no es una fecha."),
        (("--archivo", "no/esta/x.jsonl"), "No se puede escribir en no/esta/x.jsonl."),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(
    installation: Installation, capsys: Said, line: tuple[str, ...], told: str
) -> None:
    code, said, complaint = casilla(capsys, "auditoria", "exportar", *line)
    assert (code, said) == (1, "")
    assert complaint.startswith(told)


def test_keys_are_listed_added_and_retired(
    installation: Installation, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commands, and never the key itself."""
    monkeypatch.setattr(keys, "SETTLED", keys.SETTLED * 0)
    assert casilla(capsys, "claves", "rotar")[1].startswith("La clave k2 se usa desde ahora;")
    code, said, _ = casilla(capsys, "claves", "lista")
    assert code == 0
    first, second = said.splitlines()
    assert first.endswith(
        "solo para lo anterior  contraseñas: 1  filas selladas: 1  enlaces y códigos hasta: ninguno"
    )
    assert second.endswith(
        "en uso  contraseñas: 0  filas selladas: 0  enlaces y códigos hasta: ninguno"
    )
    code, said, complaint = casilla(capsys, "claves", "retirar", "k1")
    assert (code, said) == (1, "")
    assert "desde que se agregó la nueva: 1." in complaint
    code, said, _ = casilla(capsys, "claves", "retirar", "k1", "--forzar")
    assert code == 0
    assert said.endswith("1 persona debe usar «RECUPERAR CLAVE» para ingresar.\n")
    ring = read_keyring(installation.settings.keys_file)
    assert (list(ring.keys), list(ring.retired)) == (["k2"], ["k1"])
    assert casilla(capsys, "auditoria", "verificar")[0] == 0
    said = casilla(capsys, "claves", "lista")[1]
    file = json.loads(installation.settings.keys_file.read_text())
    secrets = [entry["clave"] for entry in file["claves"]]
    secrets += [entry["auditoria"] for entry in file["retiradas"]]
    assert not [secret for secret in secrets if secret in said]
