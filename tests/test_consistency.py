"""The project keeps the promises of its documents, and each check of them can fail."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import proxy
from tests import cited
from tests import consistency as consistent

ROOT = Path(__file__).parents[1]
SETTINGS = {
    "proxy/settings.py": 'class Settings:\n    origin: str = "here"\n',
    ".env.example": "CASILLA_ORIGIN=here\n",
    "site_src/pages/manual/ajustes.md": "| `CASILLA_ORIGIN` | here |\n",
}
TEXTS = 'TEXTS = {"token.stale": "Venció hace {days} días."}\n'

# Every check, with small trees in which it must find a fault.
CHECKS: list[tuple[Callable[[Path], list[str]], list[dict[str, str]]]] = [
    (
        consistent.imports_run_one_way,
        [
            {"proxy/web/inbox.py": "from proxy.store import tables"},
            {"proxy/web/inbox.py": "from proxy import store"},
            {"proxy/web/inbox.py": "from ..store import tables"},
            {"proxy/web/inbox.py": "def late():\n    import proxy.store.db"},
            {"proxy/flows/login.py": "from proxy.web.pages import page"},
            {"proxy/store/db.py": "from proxy.flows import login"},
            {"proxy/store/db.py": "from proxy.render import pdf"},
            {"proxy/domain/ids.py": "from proxy.store.db import Tx"},
            {"proxy/domain/ids.py": "from proxy.settings import Settings"},
            {"proxy/errors.py": "from proxy.domain import ids"},
            {"proxy/web/edge/pages.py": "from proxy.app import create_app"},
            {"catalog/reading/reader.py": "from proxy.errors import Refusal"},
            {"catalog/reading/reader.py": "import mkdocs.plugins"},
            {"site_src/hooks/pages.py": "from proxy.texts import TEXTS"},
        ],
    ),
    (
        consistent.imports_make_no_circle,
        [
            {
                "proxy/store/db.py": "from proxy.store import audit",
                "proxy/store/audit.py": "from proxy.store.db import Tx",
            },
        ],
    ),
    (
        consistent.migrations_stand_alone,
        [
            {"proxy/store/migrations/versions/0009_a.py": "from proxy.store.tables import Instant"},
            {"proxy/store/migrations/versions/0009_a.py": "from ...tables import Instant"},
            {"proxy/store/migrations/env.py": "def late():\n    import catalog.reading.reader"},
        ],
    ),
    (consistent.no_file_is_long, [{"proxy/static/casilla.css": "\n" * 401}]),
    (
        consistent.modules_say_what_they_are,
        [{"proxy/web/utils.py": ""}, {"catalog/common/urls.py": ""}],
    ),
    (
        consistent.identifiers_are_unambiguous,
        [
            {"proxy/flows/inbox.py": "class NotificationList: ..."},
            {"catalog/a.py": "documento = 1"},
        ],
    ),
    (
        consistent.refusals_have_their_text,
        [
            {"proxy/texts/citizens.py": TEXTS},
            {"proxy/texts/citizens.py": TEXTS, "proxy/a.py": 'Refusal("token.stale", day=1)'},
            {
                "proxy/texts/citizens.py": "TEXTS = {}",
                "proxy/a.py": 'class Lost(Refusal): ...\nraise Lost("token.lost")',
            },
            {"proxy/texts/citizens.py": "TEXTS = {}", "proxy/a.py": 'said = TEXTS["token.lost"]'},
        ],
    ),
    (
        consistent.sentences_live_in_texts,
        [
            {"proxy/web/devices.py": 'NOTICE = "La sesión se cerró."'},
            {"proxy/outside/sms.py": 'f"{many} filas de ella no se pueden sellar"'},
        ],
    ),
    (
        consistent.templates_are_rendered,
        [
            {"proxy/templates/login/code.html": ""},
            {"proxy/templates/email/alerta/body.txt": "", "proxy/a.py": 'f"email/{x}/body.txt"'},
            {"proxy/web/login.py": 'page(request, "login/code.html")'},
        ],
    ),
    (
        consistent.settings_are_documented,
        [
            {**SETTINGS, ".env.example": ""},
            {**SETTINGS, ".env.example": "CASILLA_ORIGIN=there"},
            {**SETTINGS, ".env.example": "CASILLA_ORIGIN=here\nCASILLA_X="},
            {**SETTINGS, "site_src/pages/manual/ajustes.md": ""},
            {
                **SETTINGS,
                "site_src/pages/manual/ajustes.md": "| `CASILLA_ORIGIN` |\n| `CASILLA_X` |",
            },
        ],
    ),
    (
        consistent.decisions_have_their_headings,
        [
            {"docs/decisions/0001-a.md": "# 0001. A\n\n## Context\n\n## Decision\n"},
            {"docs/decisions/0002-b.md": "# B\n\n## " + "\n\n## ".join(consistent.HEADINGS)},
        ],
    ),
    (consistent.links_lead_somewhere, [{"README.md": "[el manual](docs/manual.md)"}]),
    (
        consistent.tests_can_fail,
        [
            {"tests/test_a.py": "def test_a():\n    print(1)"},
            {"tests/test_a.py": "def look(): ...\n\ndef test_a():\n    look()"},
        ],
    ),
    (
        consistent.no_machine_is_named,
        [
            {"proxy/a.py": '"' + "/ho" + 'me/rosa/casilla"'},
            {"a.txt": "https://py" + "pi.org/simple"},
        ],
    ),
    (
        cited.cited_ids_exist,
        [
            {"docs/requisitos.md": "| J1 | a | |", "proxy/a.py": "# J2"},
            {"docs/requisitos.md": "| J1 | a | |", "proxy/a.py": '"""J1–J3"""'},
            {"docs/requisitos.md": "| J1 | a | |", "proxy/templates/a.html": "{# B21 #}"},
            {"docs/requisitos.md": "| J1 | as S1 | |"},
        ],
    ),
    (
        cited.ids_have_a_test_or_a_place,
        [
            {"docs/requisitos.md": "| J1 | a | |"},
            {"docs/seguridad.md": "| S1 | a | in part: not b |"},
            {"docs/seguridad.md": "| S1 | a | not built yet |", "tests/test_a.py": "# S1"},
            {"docs/requisitos.md": "| J1 | a | the entity |\n| J1 | b | the entity |"},
        ],
    ),
    (
        cited.tests_that_pages_name_are_there,
        [{"site_src/pages/manual/asvs.md": "`test_a`", "tests/test_a.py": "def test_b(): ..."}],
    ),
    (
        consistent.cookies_are_read_in_one_place,
        [{"proxy/web/login.py": 'flow = request.cookies.get("flujo")'}],
    ),
]


@pytest.mark.parametrize("check", [check for check, _ in CHECKS], ids=lambda c: c.__name__)
def test_the_project_is_consistent(check: Callable[[Path], list[str]]) -> None:
    assert [fault.removeprefix(f"{ROOT}/") for fault in check(ROOT)] == []


@pytest.mark.parametrize(
    ("check", "tree"),
    [
        pytest.param(check, tree, id=f"{check.__name__}-{n}")
        for check, trees in CHECKS
        for n, tree in enumerate(trees)
    ],
)
def test_each_check_finds_its_faults(
    check: Callable[[Path], list[str]], tree: dict[str, str], tmp_path: Path
) -> None:
    for name, text in tree.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert check(tmp_path) != []


def test_the_version_is_the_newest_of_the_changelog() -> None:
    heading = re.search(
        r"^## (\S+) — \d{4}-\d{2}-\d{2}$", (ROOT / "CHANGELOG.md").read_text(), re.M
    )
    assert heading is not None
    assert heading[1] == proxy.VERSION
