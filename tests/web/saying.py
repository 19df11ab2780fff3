"""What a page says of what was typed."""

import re

from httpx2 import Response


def waits(page: Response) -> str:
    """The notice of a page. Empty: there is none, or the page also calls something wrong."""
    blamed = "<title>Error:" in page.text or "aria-invalid" in page.text
    found = re.search(r'<p class="notice" role="status"[^>]*>(.*?)</p>', page.text)
    return found[1] if found and not blamed else ""


def blames(page: Response) -> list[str]:
    """What the summary at the top calls wrong."""
    return re.findall(r'<li><a href="#[^"]+">(.*?)</a></li>', page.text)
