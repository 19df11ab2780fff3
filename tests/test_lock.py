"""The locks hold all that an install takes: pip is told to look for nothing else."""

import json
import re
import subprocess
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS = PYPROJECT["dependency-groups"]
RUN = [
    *PYPROJECT["project"]["dependencies"],
    *PYPROJECT["project"]["optional-dependencies"]["postgres"],
    *GROUPS["build"],
]
LOCKS = {"requirements.txt": RUN, "requirements-dev.txt": RUN + GROUPS["dev"]}


def entries(lock: str) -> list[str]:
    """Each package with its version, its marker and its hashes."""
    return re.split(r"\n(?=\S)", (ROOT / lock).read_text().strip())


def locked(lock: str) -> dict[str, str]:
    """The version of each package that an install takes here."""
    packages = [Requirement(entry.partition("\\")[0]) for entry in entries(lock)]
    return {
        package.name: str(package.specifier).removeprefix("==")
        for package in packages
        if package.marker is None or package.marker.evaluate()
    }


def lacking(lock: str) -> set[str]:
    """What is asked for here and not locked. Follows extras too, which `pip check` does not."""
    versions = locked(lock)
    waiting = [(line, "") for line in LOCKS[lock]]
    seen, lacks = set(waiting), set()
    while waiting:
        line, extra = waiting.pop()
        asked = Requirement(line)
        if asked.marker and not asked.marker.evaluate({"extra": extra}):
            continue
        version = versions.get(canonicalize_name(asked.name))
        if version is None or not asked.specifier.contains(version, prereleases=True):
            lacks.add(line)
            continue
        of_it = {(each, of) for of in ("", *asked.extras) for each in requires(asked.name) or ()}
        waiting += of_it - seen
        seen |= of_it
    return lacks


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_all_that_is_asked_for_in_a_version_that_is_wanted(lock: str) -> None:
    assert lacking(lock) == set(), "`make lock` writes it from pyproject.toml"


def test_what_runs_is_locked_alike_for_development() -> None:
    assert set(entries("requirements.txt")) <= set(entries("requirements-dev.txt"))


def test_the_bill_of_materials_lists_what_runs_with_its_hashes(tmp_path: Path) -> None:
    """S80"""
    file = tmp_path / "casilla.cdx.json"
    command = ["make", "--assume-old=.venv/develop", "sbom", f"SBOM={file}"]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    listed = json.loads(file.read_text())["components"]
    assert [f"{part['name']}=={part['version']}" for part in listed] == [
        re.split(r"[ ;]", entry)[0] for entry in entries("requirements.txt")
    ]
    for part in listed:
        assert part["externalReferences"][0]["hashes"], part["name"]
