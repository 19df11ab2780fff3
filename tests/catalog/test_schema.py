"""What editors read is what the models say, and accepts every sheet that ships."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from catalog.reading import schema
from catalog.reading.reader import FOLDER
from catalog.reading.sheet import read_sheet
from tests.catalog.validating import Draft202012Validator

SHEETS = sorted([*FOLDER.glob("*.yml"), *(FOLDER / "services").glob("*.yml")])
FIRST_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


def plain(value: object) -> object:
    """As an editor holds it: YAML 1.2 has no dates."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def schema_of(sheet: Path) -> dict[str, Any]:
    first = FIRST_LINE.match(sheet.read_text(encoding="utf-8"))
    assert first, f"{sheet.name} does not say its schema in its first line"
    loaded: dict[str, Any] = json.loads((sheet.parent / first[1]).read_bytes())
    return loaded


def test_the_committed_schemas_are_what_the_models_make() -> None:
    committed = {path.name: path.read_bytes() for path in schema.FOLDER.iterdir()}
    assert committed == schema.files(), "write them again: catalog.schema.write()"


def test_write_puts_every_schema_in_the_folder(tmp_path: Path) -> None:
    written = schema.write(tmp_path / "schema")
    assert {path.name for path in written} == set(schema.files())
    assert all(path.read_bytes() == schema.files()[path.name] for path in written)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)
def test_a_sheet_names_its_schema_and_obeys_it(sheet: Path) -> None:
    found = schema_of(sheet)
    Draft202012Validator.check_schema(found)
    document = read_sheet(sheet, sheet.name)
    Draft202012Validator(found).validate(plain(document.data))


def test_the_schema_refuses_what_the_reader_refuses() -> None:
    sheet = FOLDER / "services" / "002-consulta-de-multas-electorales.yml"
    validator = Draft202012Validator(schema_of(sheet))
    data = plain(read_sheet(sheet, sheet.name).data)
    assert isinstance(data, dict)
    for wrong in (
        {**data, "canal": ["multas"]},
        {**data, "canales": []},
        {**data, "nombre": 5},
        {**data, "id": "2-JNE"},
        {key: value for key, value in data.items() if key != "audiencia"},
    ):
        assert not validator.is_valid(wrong)


def test_what_an_editor_shows_is_in_spanish() -> None:
    # Docstrings are English: none of them may reach an editor.
    for name, content in schema.files().items():
        made = json.loads(content)
        assert "description" not in made, name
        assert not [key for key, part in made.get("$defs", {}).items() if "description" in part]
