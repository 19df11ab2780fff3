"""Draws a QR code on this server: its text may be a secret that no other server may see."""

import io

import segno
from markupsafe import Markup

QUIET_ZONE = 4  # modules; without it no camera reads the code on a dark page


def terminal(text: str) -> str:
    """For a screen of text, with light letters on dark."""
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(out=drawn, border=2, compact=True)
    return drawn.getvalue()


def drawing(text: str) -> str:
    """An SVG by itself, for a page on paper."""
    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", border=QUIET_ZONE, dark="#000", light="#fff", xmldecl=False
    )
    return drawn.getvalue().decode()


def svg(text: str, label: str) -> Markup:
    """Black on white in any colour scheme. A screen reader says `label`."""
    drawn = segno.make(text, error="m", micro=False).svg_inline(
        border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True, svgclass="qr", title=label
    )
    return Markup(drawn.replace("<svg ", '<svg role="img" ', 1))
