"""Makes the PDF of a constancia: PDF/A-3a and PDF/UA-1, with its JSON attached.

The same JSON gives the same bytes with the same typst. No request may import this module: it
belongs to the worker, and the import costs memory and time.
"""

import json
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from proxy.render import qr
from proxy.render.constancia_rows import Section, shown
from proxy.texts import TEXTS

FOLDER = Path(__file__).parent
# What the fonts of `letras` have, see `letras/hacer.sh`: PDF/A takes no letter without a form.
UNPRINTABLE = re.compile(
    "[^\n -~\xa0-\xac\xae-\u024f\u02b0-\u0377\u0384-\u038a\u038c\u038e-\u03a1\u03a3-\u03e1"
    "\u0400-\u052f\u1e00-\u1eff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2100-\u215f]"
)
LONG = re.compile(r"\S{30}")  # no line ends within it, and it would leave the page
BREAK = "\u200b"

# Two threads cannot use one compiler, and a compiler made from bytes works only once.
_one_at_a_time = Lock()


def render_constancia(stated: str) -> bytes:
    """`stated` is the text of constancia.json."""
    sealed_at = datetime.fromisoformat(json.loads(stated)["hora_sello"])
    with _one_at_a_time:
        made = _compiler().compile(
            format="pdf",
            sys_inputs=inputs(stated),
            pdf_standards=["a-3a", "ua-1"],
            timestamp=sealed_at.replace(microsecond=0),
        )
    assert isinstance(made, bytes)
    # What the seal adds begins with an object, which must begin a line (ISO 19005, 6.1.9).
    return made + b"\n"


def inputs(stated: str) -> dict[str, str]:
    """What is shown and what is attached. It comes to typst as data, never as source."""
    printed = json.dumps(_printed(json.loads(stated)), ensure_ascii=False)
    return {"impreso": printed, "constancia": stated}


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(
        FOLDER / "constancia.typ", font_paths=[FOLDER / "letras"], ignore_system_fonts=True
    )


def _printed(told: dict[str, Any]) -> dict[str, Any]:
    page, issuer, url = shown(told), told["emisor"], told["verificar"]
    at = f"{issuer['direccion']}, {issuer['telefono']}"
    words = {
        "titulo": page.title,
        "numero": told["id"],
        "entidad": issuer["entidad"],
        "fecha": page.at,
        "avisos": page.warnings,
        "parrafos": page.paragraphs,
        "secciones": [_section(one) for one in page.sections],
        "prueba": _section(page.proof),
        "oficina": issuer["oficina"],
        "firma": f"{issuer['entidad']}, {at}",
        "sellada": page.sealed,
        "compruebe": [TEXTS["constancia.check"], TEXTS["constancia.attached.says"]],
        "url": url,
        "adjunto": TEXTS["constancia.attached"],
        "pie": f"{issuer['oficina']}, {at}",
    }
    drawn = {"qr": qr.drawing(url), "qr_dice": TEXTS["constancia.qr"].format(url=url)}
    return {**_on_paper(words), **drawn, "enlace": url}


def _section(one: Section) -> dict[str, Any]:
    return {
        "titulo": one.heading,
        "filas": one.rows,
        "pasos": one.steps,
        "huellas": one.hashes,
    }


def _on_paper(value: Any) -> Any:
    """A letter that no font here has stands as its number; the JSON keeps it."""
    if isinstance(value, dict):
        return {name: _on_paper(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_on_paper(one) for one in value]
    text = UNPRINTABLE.sub(lambda found: f"[U+{ord(found[0]):04X}]", value)
    return LONG.sub(rf"\g<0>{BREAK}", text)
