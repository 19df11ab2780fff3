"""What a page holds, told by the parser of the standard library."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr", "path", "base", "source"}
LOADS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}


@dataclass
class Reading:
    title: str = ""
    text: str = ""
    lang: str = ""
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    metas: dict[str, str] = field(default_factory=dict)
    canonical: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    data: list[str] = field(default_factory=list)  # the JSON-LD blocks
    headings: list[str] = field(default_factory=list)


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found = Reading()
        self.open: list[str] = []
        self.kind = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        found = self.found
        if tag not in VOID:
            self.open.append(tag)
        if tag == "html":
            found.lang = values["lang"]
        if "id" in values:
            found.ids.append(values["id"])
        if tag == "a" and "href" in values:
            found.links.append(values["href"])
        if tag == "meta" and "content" in values:
            found.metas[values.get("name") or values.get("property", "")] = values["content"]
        if tag == "link" and values.get("rel") == "canonical":
            found.canonical.append(values["href"])
        elif values.get(LOADS.get(tag, "")):
            found.loads.append(values[LOADS[tag]])
        if tag == "script":
            self.kind = values.get("type", "" if "src" in values else "inline")
        if tag in ("h1", "h2"):
            found.headings.append("")
        found.inline += [name for name in values if name == "style" or name.startswith("on")]
        found.inline += [value for value in values.values() if value.startswith("javascript:")]
        if tag == "style":
            found.inline.append("<style>")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        found = self.found
        inside = self.open[-1] if self.open else ""
        if inside == "title" and "svg" not in self.open:
            found.title += data
        elif inside == "script":
            if self.kind == "application/ld+json":
                found.data.append(data)
            elif self.kind == "inline" and data.strip():
                found.inline.append(data)
        else:
            found.text += data
            if {"h1", "h2"} & set(self.open):
                found.headings[-1] += data


def read(html: str) -> Reading:
    parser = _Parser()
    parser.feed(html)
    parser.close()
    parser.found.text = " ".join(parser.found.text.split())
    return parser.found
