"""One YAML file: its values, the line of each value, and its faults.

Stricter than YAML on purpose: it takes only texts, lists and keys. Without tags, anchors and
aliases a small file cannot grow when it is read, and the site publishes the text that an editor
shows. Texts keep their shape: YAML 1.1 would read 16:30 as the number 990 and «no» as false.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20

_Base: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """Only composes nodes: every plain scalar arrives as text."""

    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
        return _TAGS[kind]


_TAGS = {
    yaml.ScalarNode: "tag:yaml.org,2002:str",
    yaml.SequenceNode: "tag:yaml.org,2002:seq",
    yaml.MappingNode: "tag:yaml.org,2002:map",
}
_STANDARD_TAGS = frozenset(_TAGS.values())
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}
# YAML allows none of these, and some of them stop its reader without a line number.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff\u2028\u2029\ufeff]")

_PROBLEMS = (
    ("cannot start any token", "un valor no puede empezar así: póngalo entre comillas"),
    ("mapping values are not allowed", "sobran dos puntos: ponga el texto entre comillas"),
    ("could not find expected ':'", "faltan los dos puntos después de la clave"),
    ("unexpected end of stream", "faltan las comillas o el corchete que cierran"),
    ("undefined alias", "el asterisco no se usa: ponga el texto entre comillas"),
    ("another document", "hay más de una ficha: deje una sola y quite «---»"),
    ("did not find expected", "la sangría o los signos no cuadran: mire también la línea anterior"),
)


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong in a file, and where. `str()` is the line that a person reads."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


@dataclass
class Document:
    """A file that was read. `data` means nothing while `faults` is not empty."""

    name: str
    data: object = None
    faults: list[Fault] = field(default_factory=list)
    _root: yaml.Node | None = None

    def fault(self, line: int, text: str) -> None:
        self.faults.append(Fault(self.name, line, text))

    def line(self, path: Sequence[str | int]) -> int:
        """The line of the key or item at `path`, or of the nearest node around it."""
        node, line = self._root, 1
        if node is not None:
            line = _line(node)
        for step in path:
            if isinstance(node, yaml.MappingNode):
                pair = next((pair for pair in node.value if pair[0].value == step), None)
                if pair is None:
                    return line
                key, node = pair
                line = _line(key)
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
                node = node.value[step]
                line = _line(node)
            else:
                return line
        return line


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def read_sheet(path: Path, name: str) -> Document:
    document = Document(name)
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        document.fault(1, "falta este archivo")
    except OSError as error:
        document.fault(1, f"no se puede leer: {error.strerror}")
    else:
        parse(document, raw)
    return document


def parse(document: Document, raw: bytes) -> None:
    """Give `document` the values of `raw`, or the faults that prevent the reading."""
    if len(raw) > MAX_BYTES:
        document.fault(1, f"pasa de {MAX_BYTES // 1024} KB: una ficha es mucho más corta")
        return
    text = _decode(document, raw)
    if document.faults:
        return
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        # YAML notices an open quote at the end of the file; the fault is where it opened.
        unclosed = "unexpected end of stream" in str(error.problem)
        mark = error.context_mark if unclosed else error.problem_mark
        document.fault(mark.line + 1 if mark else 1, _in_spanish(error))
        return
    except (yaml.YAMLError, RecursionError):  # without libyaml: too deep, or no line in the error
        document.fault(1, "no es YAML válido")
        return
    finally:
        loader.dispose()
    if root is None:
        document.fault(1, "está vacío")
        return
    document._root = root
    document.data = _Builder(document).build(root, 0, _line(root))
    if not document.faults and not isinstance(document.data, dict):
        document.fault(_line(root), "debe tener claves, una por línea, como «nombre: …»")


def _decode(document: Document, raw: bytes) -> str:
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        document.fault(1, "empieza con una marca BOM: guárdelo como «UTF-8» sin BOM")
        return ""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        document.fault(line, "tiene letras que no son UTF-8: guárdelo como «UTF-8»")
        return ""
    text = text.replace("\r\n", "\n")
    if "\t" in text or _CONTROL.search(text):
        for number, row in enumerate(text.split("\n"), 1):
            if "\t" in row:
                document.fault(number, "tiene un tabulador: use espacios")
            elif _CONTROL.search(row):
                document.fault(number, "tiene un carácter invisible: bórrelo y escriba de nuevo")
    return text


def _in_spanish(error: yaml.MarkedYAMLError) -> str:
    problem = f"{error.problem} {error.context}"
    for english, spanish in _PROBLEMS:
        if english in problem:
            return spanish
    return "no es YAML válido: compare esta línea con otra ficha"


class _Builder:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, depth: int, line: int) -> object:
        """`line` is where an alias is reported: an alias is a node of an earlier line."""
        document = self._document
        if node.tag not in _STANDARD_TAGS:
            document.fault(_line(node), "una palabra empieza con «!»: póngala entre comillas")
            return None
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node)
        # An alias is the same node again. It is refused, because it may grow without end.
        if id(node) in self._seen or depth > MAX_DEPTH:
            document.fault(line, "repite con «*» o anida demasiado: escríbalo de nuevo")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, depth + 1, max(line, _line(node))) for item in node.value]
        return self._mapping(node, depth)

    def _mapping(self, node: yaml.Node, depth: int) -> dict[str, object]:
        values: dict[str, object] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._document.fault(_line(key), "una clave debe ser una palabra")
                continue
            if key.value in lines:
                self._document.fault(
                    _line(key),
                    f"«{key.value}» está repetida (ya está en la línea {lines[key.value]})",
                )
                continue
            lines[key.value] = _line(key)
            values[key.value] = self.build(value, depth + 1, _line(key))
        return values


def _scalar(node: yaml.ScalarNode) -> object:
    text: str = node.value
    if node.style:  # quoted or a block: always a text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return text
    return text
