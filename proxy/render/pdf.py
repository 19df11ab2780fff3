"""Values → accessible PDF (PDF/UA-1 and PDF/A-2a), or a picture, from a Typst template beside it.

Values go in as data and never into the source, so no text can be taken for markup.
Keep it out of the requests: importing it costs memory and time.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock

import typst

FOLDER = Path(__file__).parent
PICTURE_PPI = 72

# One compiler cannot be used by two threads, and one made from bytes works only once.
_one_at_a_time = Lock()


def render_pdf(template: str, data: Mapping[str, object], at: datetime) -> bytes:
    """The same values give the same bytes."""
    with _one_at_a_time:
        result = _compiler(template).compile(
            format="pdf",
            sys_inputs=_inputs(data),
            pdf_standards=["a-2a", "ua-1"],
            timestamp=at.astimezone(UTC).replace(microsecond=0),
        )
    assert isinstance(result, bytes)
    return result


def render_picture(template: str, data: Mapping[str, object]) -> bytes:
    """A PNG."""
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
    # The fonts that typst ships: those of the system are slow to list and differ everywhere.
    return typst.Compiler(FOLDER / f"{template}.typ", ignore_system_fonts=True)
