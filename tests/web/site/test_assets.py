"""The colours of the casilla and of the site."""

import re
from itertools import product

import pytest

from proxy.web.site.assets import assets

# What is written on what. WCAG 1.4.3, and for what axe never sees too: a button under the pointer.
TEXTS = [
    *product(("ink", "soft", "link"), ("paper", "ground", "note")),
    *product(("white",), ("top", "button", "press")),
    *product(("ink", "bad"), ("paper", "bad-paper")),
    ("ink", "good"),
    ("good-edge", "paper"),
]


def colours(moment: str) -> dict[str, str]:
    style = assets()["colores.css"].codings[b"identity"].decode()
    told = re.findall(rf"--([a-z-]+): .*var\(--{moment}, (#[0-9a-f]+)\)", style)
    whole = {name: value if len(value) == 7 else "#" + value[1] * 6 for name, value in told}
    return whole | {"white": "#ffffff"}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("moment", ["day", "night"])
def test_every_text_can_be_read(moment: str) -> None:
    found = colours(moment)
    for text, ground in TEXTS:
        darker, lighter = sorted((luminance(found[text]), luminance(found[ground])))
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (text, ground)
