"""Reads the HTML of a message as its reader would."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """What a page shows, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text = ""
        self.feed("<body" + page.partition("<body")[2])

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        links = [value or "" for name, value in attrs if name == "href"]
        # A telephone stands beside its link, as people write it.
        self.text += " ".join(link for link in links if not link.startswith("tel:")) + " "

    def handle_data(self, data: str) -> None:
        self.text += data
