"""Checks of the code and its documents. Each check reads a tree and returns its faults."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from string import Formatter

from proxy.errors import Reason

CODE = ("catalog", "proxy", "site_src", "tests", "bench")
LONGEST = 400
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
SMALL = frozenset(
    (
        "de",
        "del",
        "la",
        "el",
        "los",
        "las",
        "su",
        "un",
        "una",
        "que",
        "con",
        "por",
        "se",
        "es",
        "en",
    )
)
AMBIGUOUS = {"notification", "notifications", "documento", "documentos"}
ASSERTING = {"raises", "fail", "expect", "validate"}  # of pytest, Playwright and jsonschema
HEADINGS = ["Context", "Options", "Decision", "Consequences", "When to look again"]

TEXTS = (
    "proxy/texts/citizens.py",
    "proxy/texts/constancias.py",
    "proxy/texts/operators.py",
    "proxy/texts/plazos.py",
    "proxy/texts/systems.py",
    "proxy/texts/timeline.py",
    "proxy/commands/texts.py",
)
# Which room may import which, besides itself, `catalog`, `errors` and `texts`.
ROOMS: dict[str, set[str]] = {
    "domain": set(),
    "settings": set(),
    "logs": set(),
    "store": {"domain"},
    "render": {"domain"},
    "flows": {"domain", "store", "render"},
    "keys": {"domain", "store", "settings"},
    "outside": {"domain", "store", "settings"},
    "installation": {"domain", "store", "settings", "keys", "outside"},
}
_USED = {"domain", "render", "flows", "settings", "logs", "keys", "outside", "installation"}
ROOMS |= {"web": _USED, "work": _USED | {"store"}}
TOP = {"app", "cli", "commands"}  # they may import everything, and nothing else imports them
ROOMS |= {room: {*ROOMS, "work", *TOP} for room in TOP}
FOR_ALL = {"catalog", "errors", "texts", "proxy"}
ROOMS |= {
    "errors": {"texts"},
    "texts": set(),
    "catalog": set(),
    "proxy": set(),
    "hooks": {"catalog", "proxy", "domain"},  # the manual prints the limits
}


def imports_run_one_way(root: Path) -> list[str]:
    faults = []
    for path in _python(root, "catalog", "proxy", "site_src"):
        room = _room(_module(path, root))
        allowed = ROOMS[room] | {room} | (set() if room in FOR_ALL | {"hooks"} else FOR_ALL)
        for module in _imported(path, root):
            if module.partition(".")[0] == "mkdocs" and room != "hooks":
                faults.append(f"{path}: only the hooks of the site import mkdocs")
            elif (other := _room(module)) and other not in allowed:
                faults.append(f"{path}: {room} must not import {module}")
    return faults


def imports_make_no_circle(root: Path) -> list[str]:
    paths = {_module(path, root): path for path in _python(root, "catalog", "proxy")}
    graph = {name: {*_imported(path, root)} & {*paths} - {name} for name, path in paths.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as circle:
        return [" → ".join(circle.args[1])]
    return []


def migrations_stand_alone(root: Path) -> list[str]:
    """What one made must stay the same when the code of today is another."""
    return [
        f"{path}: a migration must not import {module}"
        for path in _files(root, "proxy/store/migrations", "py")
        for module in _imported(path, root)
        if _room(module)
    ]


def no_file_is_long(root: Path) -> list[str]:
    kinds = ("py", "html", "js", "css", "yml", "typ")
    files = [path for folder in CODE for kind in kinds for path in _files(root, folder, kind)]
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    return [f"{path}: {n} lines" for path, n in lengths.items() if n > LONGEST]


def modules_say_what_they_are(root: Path) -> list[str]:
    names = {part: path for path in _python(root, *CODE) for part in (path.stem, path.parent.name)}
    return [f"{names[name]}: a name that says nothing" for name in VAGUE & names.keys()]


def identifiers_are_unambiguous(root: Path) -> list[str]:
    """The act served is a notificacion, its announcement an alerta, the PDF an acto."""
    faults = []
    for path in _python(root, "catalog", "proxy", "site_src"):
        for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
            words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", token.string).lower().split("_")
            if token.type == tokenize.NAME and AMBIGUOUS.intersection(words):
                faults.append(f"{path}:{token.start[0]}: {token.string}")
    return faults


def refusals_have_their_text(root: Path) -> list[str]:
    """Each refused code has a sentence and gives it its values, and each sentence is used."""
    texts = _texts(root)
    kinds = _refusals(root)
    calls = [(path, call) for path in _proxy(root) for call in _refused(_tree(path), kinds)]
    faults = [f"{path}: no text for {code}" for path, (code, _) in calls if code not in texts]
    for path, (code, given) in calls:
        wanted = {name for _, name, _, _ in Formatter().parse(texts.get(code, "")) if name}
        if given is not None and wanted - given:
            faults.append(f"{path}: {code} wants {', '.join(sorted(wanted - given))}")
    written = {text for path in _proxy(root) for text in _strings(_tree(path))}
    # The code of a denial is a word of its page, such as «clave», and its reason.
    denials = {f"{word}.{reason}" for word in written for reason in Reason}
    return faults + [
        f"proxy/texts: {code} is not used" for code in texts.keys() - written - denials
    ]


def sentences_live_in_texts(root: Path) -> list[str]:
    """Of the service: a command, a setting, the demonstration and what describes the data of the
    API say their own beside them."""
    apart = {"commands", "cli", "settings", "migrations", "strength", "datos", "models"}
    return [
        f"{path}: «{text}»"
        for path in _proxy(root)
        if not apart.intersection([*path.relative_to(root).parts, path.stem])
        and not path.stem.startswith("demonstration")
        for text in _strings(_tree(path), but_docstrings=True)
        if _is_spanish(text)
    ]


def templates_are_rendered(root: Path) -> list[str]:
    folder = root / "proxy/templates"
    names = {str(path.relative_to(folder)) for path in _files(root, "proxy/templates")}
    trees = [_tree(path) for path in _proxy(root)]
    written = {text for tree in trees for text in _strings(tree)}
    for name in names:
        written |= set(re.findall(r'"([^"\s]+\.\w+)"', (folder / name).read_text()))
    patterns = [pattern for tree in trees for pattern in _patterns(tree)]

    def rendered(name: str) -> bool:
        if name in written:
            return True
        # A name that code puts together: its variable parts, themselves shorter, are written too.
        matches = (pattern.fullmatch(name) for pattern in patterns)
        parts = [match.groups() for match in matches if match and name not in match.groups()]
        return any(all(map(rendered, each)) for each in parts if each)

    # Messages are looked for in a folder of their own.
    unused = [name for name in names if not rendered(re.sub("^(email|sms)/", "", name))]
    asked = {text for text in written if re.fullmatch(r"[a-z_]+(/[a-z_]+)*\.html", text)}
    pages = {"index.html", "404.html"}  # of the site
    known = {name[at:] for name in names for at, sign in enumerate(f"/{name}") if sign == "/"}
    return [f"proxy/templates/{name}: never rendered" for name in unused] + [
        f"proxy/templates/{name}: missing" for name in asked - known - pages
    ]


def settings_are_documented(root: Path) -> list[str]:
    """Each setting is in the manual, and in the example with its default; no other name is."""
    body = next(
        node.body
        for node in _tree(root / "proxy/settings.py").body
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    )
    defaults = {
        f"CASILLA_{node.target.id.upper()}": _default(node.value)
        for node in body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value
    }
    example = (root / ".env.example").read_text()
    told = dict(re.findall(r"^#?(CASILLA_\w+)=(.*)$", example, re.M))
    manual = (root / "site_src/pages/manual/ajustes.md").read_text()
    explained = set(re.findall(r"^\| `(CASILLA_\w+)`", manual, re.M))
    odd = [
        f".env.example: {name}={told.get(name)}"
        for name, value in defaults.items()
        if told.get(name) != value
    ]
    odd += [f".env.example: {name} is no setting" for name in told.keys() - defaults]
    return odd + [f"ajustes.md: {name}" for name in explained ^ defaults.keys()]


def decisions_have_their_headings(root: Path) -> list[str]:
    faults = []
    for path in _files(root, "docs/decisions", "md"):
        text = path.read_text()
        if not text.startswith(f"# {path.name[:4]}. "):
            faults.append(f"{path}: the title does not begin with its number")
        if re.findall(r"^## (.+)$", text, re.M) != HEADINGS:
            faults.append(f"{path}: the headings are not {' · '.join(HEADINGS)}")
    return faults


def links_lead_somewhere(root: Path) -> list[str]:
    """Of the pages for developers; MkDocs checks those of the site."""
    pages = [*root.glob("*.md"), *_files(root, "docs", "md"), *_files(root, "catalog", "md")]
    return [
        f"{page}: {target} is not there"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]


def tests_can_fail(root: Path) -> list[str]:
    """Each test asserts, or calls a function that does. A property may hold that nothing raises."""
    functions = [
        (path, node)
        for path in _python(root, "tests")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and not any("given(" in ast.unparse(mark) for mark in node.decorator_list)
    ]
    asserting = {node.name for _, node in functions if _asserts(node, ASSERTING)}
    return [
        f"{path}: {node.name} asserts nothing"
        for path, node in functions
        if node.name.startswith("test_") and not _asserts(node, ASSERTING | asserting)
    ]


def no_machine_is_named(root: Path) -> list[str]:
    """Neither a path of one computer nor the address of a package registry."""
    machine = re.compile(
        r"(?<![\w.:/-])/(?:home|root|work)/|//[\w.-]*(?:py" r"pi|registry)[\w.-]*/"
    )
    files = [path for folder in (*CODE, "docs", ".ci") for path in _files(root, folder)]
    # The files of coverage name the machine, but they are never committed.
    files += [
        path for path in root.iterdir() if path.is_file() and not path.name.startswith(".coverage")
    ]
    texts = ((path, path.read_bytes().decode(errors="ignore")) for path in files)
    return [f"{path}: {found[0]}" for path, text in texts if (found := machine.search(text))]


def cookies_are_read_in_one_place(root: Path) -> list[str]:
    """`Request.cookies` also takes names that only look like ours (S60)."""
    return [
        f"{path}: ask proxy.web.edge.cookies"
        for path in _proxy(root)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute) and node.attr == "cookies"
    ]


def _asserts(function: ast.AST, judges: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in judges:
                return True
    return False


def _files(root: Path, folder: str, kind: str = "*") -> list[Path]:
    found = sorted((root / folder).rglob(f"*.{kind}"))
    return [path for path in found if path.is_file() and "__pycache__" not in path.parts]


def _python(root: Path, *folders: str) -> list[Path]:
    return [path for folder in folders for path in _files(root, folder, "py")]


def _proxy(root: Path) -> list[Path]:
    return [path for path in _python(root, "proxy") if str(path.relative_to(root)) not in TEXTS]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _module(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path, root: Path) -> Iterator[str]:
    """Every module that a file names in an import, at the top, in a function or for its types."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                above = path.relative_to(root).parent.parts
                start = ".".join([*above[: len(above) - node.level + 1], start]).strip(".")
            yield start
            yield from (f"{start}.{name.name}" for name in node.names)


def _room(module: str) -> str:
    """Empty for a module of another project."""
    first, _, rest = module.partition(".")
    if first == "site_src":
        return "hooks"
    if first == "proxy":
        second = rest.partition(".")[0]
        return second if second in ROOMS else "proxy"
    return first if first == "catalog" else ""


def _texts(root: Path) -> dict[str, str]:
    found = {}
    for path in (root / name for name in TEXTS):
        for node in _tree(path).body if path.exists() else []:
            value = getattr(node, "value", None)
            if isinstance(value, ast.Dict):
                found |= ast.literal_eval(value)
    return found


def _refusals(root: Path) -> set[str]:
    """Refusal and the classes made from it."""
    found = {"Refusal"}
    for path in _proxy(root):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.ClassDef) and found & {
                ast.unparse(base) for base in node.bases
            }:
                found.add(node.name)
    return found


def _refused(tree: ast.Module, kinds: set[str]) -> Iterator[tuple[str, set[str] | None]]:
    """Each refused code with the names of its values; None where other code gives the values."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "TEXTS":
            if isinstance(node.slice, ast.Constant):
                yield str(node.slice.value), None
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            code, name = str(node.args[0].value), ast.unparse(node.func)
            if name in kinds or (name == "super().__init__" and "." in code):
                yield code, {word.arg for word in node.keywords if word.arg}


def _default(value: ast.expr) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else "".join(_strings(value))


def _strings(tree: ast.AST, *, but_docstrings: bool = False) -> Iterator[str]:
    told = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)]
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or (but_docstrings and node in told):
            continue
        if isinstance(node.value, str):
            yield node.value


def _is_spanish(text: str) -> bool:
    """Whether it is a phrase of Spanish: a label of three words or less is none."""
    words = re.findall(r"[a-záéíóúñü]+", text.lower())
    small = SMALL.intersection(words)
    return len(words) > 3 and (len(small) > 1 or bool(small and re.search("[áéíóúñ¿«]", text)))


def _patterns(tree: ast.Module) -> Iterator[re.Pattern[str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else r"([\w.]+)"
                for part in node.values
            ]
            if any(re.search(r"[/_]|\.txt$", part) for part in parts):
                yield re.compile("".join(parts))
