"""The audit as an operator meets it: S69."""

import csv
import json
import re
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import delete, text

from proxy.cli import main
from proxy.domain.actor import Actor
from proxy.domain.events import Event
from proxy.flows import keys
from proxy.installation import Installation
from proxy.keys.ring import read_keyring
from proxy.settings import Settings
from proxy.store import eventos, tables
from tests.people import ROSA, open_casilla

MANUAL = Path(__file__).parents[2] / "site_src/pages/manual/auditoria-y-claves.md"


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "KEYS_FILE", "ORIGIN"):
        monkeypatch.delenv(f"CASILLA_{name}", raising=False)
    assert main(["migrar"]) == 0
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
        r"La auditoría está completa: 2 filas, del [\d/]+ [\d:]+ \(hora de Lima\) al .*\.\n", said
    )


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit SET ip = '203.0.113.8' WHERE id = 2", "la fila 2, del "),
        ("DELETE FROM audit WHERE id = 1", "antes de la fila 2, del "),
        ("DELETE FROM audit WHERE id = 2", "desde la fila 2."),
    ],
)
def test_what_somebody_touched_is_named(
    installation: Installation, capsys: Said, statement: str, told: str
) -> None:
    with installation.db.transaction() as tx:
        tx.conn.execute(text(statement))
    code, said, complaint = casilla(capsys, "auditoria", "verificar")
    assert (code, said) == (1, "")
    assert complaint.startswith("La auditoría no está completa: ")
    assert told in complaint


def test_who_empties_the_whole_audit_is_found(installation: Installation, capsys: Said) -> None:
    with installation.db.transaction() as tx:
        tx.conn.execute(delete(tables.eventos))
        tx.conn.execute(delete(tables.audit_head))
    assert casilla(capsys, "auditoria", "verificar")[0] == 1


def test_an_export_says_whose_it_is_to_nobody(installation: Installation, capsys: Said) -> None:
    code, said, complaint = casilla(capsys, "auditoria", "exportar")
    assert (code, complaint) == (0, "Se exportaron 3 filas.\n")
    lines = [json.loads(line) for line in said.splitlines()]
    assert [line["event"] for line in lines] == [
        "user_created", "authn_login_fail", "audit_exported",
    ]  # fmt: skip
    assert list(lines[0]) == ["id", "at", "event", "user", "ip", "detail", "key_id", "seal"]
    assert lines[0]["at"].endswith("+00:00")
    assert lines[0]["user"] == lines[1]["user"]
    assert re.fullmatch("[0-9a-f]{64}", lines[0]["user"])
    assert re.fullmatch("[0-9a-f]{64}", lines[0]["seal"])
    assert ROSA.identidad.number not in said


def test_a_later_export_begins_as_the_one_before(installation: Installation, capsys: Said) -> None:
    """The check of the manual, with the tools that it names."""
    for name in ("anterior.jsonl", "nueva.jsonl"):
        assert casilla(capsys, "auditoria", "exportar", "--archivo", name)[0] == 0
        assert Path(name).stat().st_mode & 0o777 == 0o600
    line = re.search(r"^head .*$", MANUAL.read_text(), re.M)
    assert line is not None
    assert subprocess.run(["sh", "-c", line[0]], check=False).returncode == 0
    later = Path("nueva.jsonl").read_text().replace("authn_login_fail", "authn_login_none")
    Path("nueva.jsonl").write_text(later)
    done = subprocess.run(["sh", "-c", line[0]], capture_output=True, check=False)
    assert done.returncode == 1


def test_an_export_of_some_days_as_csv(installation: Installation, capsys: Said) -> None:
    line = ("auditoria", "exportar", "--formato", "csv", "--archivo", "dias.csv")
    assert casilla(capsys, *line, "--hasta", "2020-01-01")[1].startswith("Se exportaron 0 filas")
    today = f"{installation.clock().astimezone(installation.zone):%Y-%m-%d}"
    assert casilla(capsys, *line, "--desde", today, "--hasta", today)[0] == 0
    with Path("dias.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["event"] for row in rows][:2] == ["user_created", "authn_login_fail"]
    assert json.loads(rows[1]["detail"]) == {"why": "=1+1"}


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
