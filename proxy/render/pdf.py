"""Makes an accessible PDF (PDF/UA-1 and PDF/A-2a), or a picture, from a Typst template.

The templates lie in this folder. Values enter as data and never as source, so Typst takes no text
for markup. No request may import this module: the import costs memory and time. What a request
asks for is made by a process of its own (`python -m proxy.render.pdf`, see web/export.py).
"""

import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock

import typst

FOLDER = Path(__file__).parent
PICTURE_PPI = 72

# Two threads cannot use one compiler, and a compiler made from bytes works only once.
_one_at_a_time = Lock()


def render_pdf(template: str, data: Mapping[str, object], at: datetime) -> bytes:
    """A letter that no font has, in a name of another alphabet, fits neither standard. The text
    stays as it was written, for a screen reader too, and a box stands where paper cannot show it.
    """
    with _one_at_a_time:
        try:
            return _pdf(template, data, at, strict=True)
        except typst.TypstError:
            return _pdf(template, data, at, strict=False)


def _pdf(template: str, data: Mapping[str, object], at: datetime, *, strict: bool) -> bytes:
    result = _compiler(template).compile(
        format="pdf",
        sys_inputs=_inputs(data),
        pdf_standards=["a-2a", "ua-1"] if strict else [],
        timestamp=at.astimezone(UTC).replace(microsecond=0),
    )
    assert isinstance(result, bytes)
    return result


def render_picture(template: str, data: Mapping[str, object]) -> bytes:
    with _one_at_a_time:
        result = _compiler(template).compile(
            format="png", sys_inputs=_inputs(data), ppi=PICTURE_PPI
        )
    assert isinstance(result, bytes)
    return result


def _inputs(data: Mapping[str, object]) -> dict[str, str]:
    return {"datos": json.dumps(data, ensure_ascii=False)}


@cache
def _compiler(template: str) -> typst.Compiler:
    # Only the fonts of typst: fonts of the system are slow to list and differ on each machine.
    return typst.Compiler(FOLDER / f"{template}.typ", ignore_system_fonts=True)


if __name__ == "__main__":
    asked = json.load(sys.stdin.buffer)
    at = datetime.fromisoformat(asked["at"])
    sys.stdout.buffer.write(render_pdf(asked["template"], asked["data"], at))
