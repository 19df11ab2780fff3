"""Files that carry something else: programs, scripts and macros, or nothing of the kind."""

import io
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from proxy.store import whole
from tests.casilla import pdf

OFFICE = "application/vnd.openxmlformats-officedocument."
WORD = f"{OFFICE}wordprocessingml.document"
CHARTED = f"{OFFICE}spreadsheetml.sheet"
EXE = b"MZ\x90\0\x03" + bytes(55) + b"\x80\0\0\0" + bytes(64) + b"PE\0\0" + bytes(200)
ELF = b"\x7fELF\x02\x01\x01" + bytes(200)
SHORTCUT = b"L\0\0\0\x01\x14\x02\0" + bytes(68)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
OF_2003 = OLE + "WordDocument".encode("utf-16-le") + bytes(600)
MACROS_2003 = OF_2003 + "_VBA_PROJECT".encode("utf-16-le") + bytes(99)
INSTALLER = OLE + bytes.fromhex("84100c0000000000c000000000000046") + bytes(99)
PACKAGE = OLE + "\1Ole10Native".encode("utf-16-le") + b"\x02\0plano.%s\0C:\\plano.%s\0" + bytes(99)
FACTURA = b'<?xml version="1.0"?><Invoice xmlns="urn:oasis:names:ubl"><ID>F001-1</ID></Invoice>'

Change = Callable[[Pdf], None]
Kept = Callable[[bytes], Path]


def made(change: Change, **how: object) -> bytes:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf())) as document:
        change(document)
        document.save(file, **how)  # type: ignore[arg-type]
    return file.getvalue()


def kind_in(path: Path) -> str | None:
    """In this process: its kind, where no fault is found."""
    try:
        return whole.read(path)
    except whole.Fault:
        return None


def zipped(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def linked(target: str) -> bytes:
    file, link = io.BytesIO(), zipfile.ZipInfo("a.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(link, target)
    return file.getvalue()


def office(
    kind: str = WORD, part: str = "word/document.xml", *, main: str = "", **others: bytes
) -> bytes:
    """`others`: more of its parts, by their names."""
    declared = main or f"{kind}.main+xml"
    types = f'<Types><Override PartName="/{part}" ContentType="{declared}"/></Types>'
    parts = {"[Content_Types].xml": types.encode(), part: b"<main/>"}
    return zipped(parts | others)


def open_document(kind: str, manifest: bytes = b"<manifest/>", **others: bytes) -> bytes:
    parts = {"mimetype": kind.encode(), "content.xml": b"<a/>", "META-INF/manifest.xml": manifest}
    return zipped(parts | others)


def action(document: Pdf, code: str = "app.alert(1)") -> Dictionary:
    return document.make_indirect(Dictionary(S=Name.JavaScript, JS=pikepdf.String(code)))


def launch(_document: Pdf) -> Dictionary:
    return Dictionary(S=Name.Launch, F=pikepdf.String("cmd.exe"))


def annotated(document: Pdf, **said: object) -> None:
    one = Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **said)
    document.pages[0].obj.Annots = Array([document.make_indirect(one)])


def attached(document: Pdf, name: str, content: bytes, **said: object) -> Dictionary:
    stream = document.make_stream(content, Type=Name.EmbeddedFile)
    described = Dictionary(Type=Name.Filespec, EF=Dictionary(F=stream), UF=name, F="a.txt", **said)
    return document.make_indirect(described)


def holding(name: str, content: bytes) -> bytes:
    """As a portfolio does."""

    def change(document: Pdf) -> None:
        files = Dictionary(Names=Array([name, attached(document, name, content)]))
        document.Root.Names = Dictionary(EmbeddedFiles=files)
        document.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D)

    return made(change)


def circle(document: Pdf) -> Dictionary:
    one = document.make_indirect(Dictionary(S=Name.GoTo, D="a"))
    one.Next = Array([one])
    return one


def form(*parts: bytes) -> bytes:
    def change(document: Pdf) -> None:
        streams = [document.make_stream(part) for part in parts]
        named = [one for pair in zip("abcdef", streams, strict=False) for one in pair]
        document.Root.AcroForm = Dictionary(
            Fields=Array(), XFA=streams[0] if len(streams) == 1 else Array(named)
        )

    return made(change)


def _open_action(document: Pdf) -> None:
    document.Root.OpenAction = action(document)


def _names(document: Pdf) -> None:
    leaf = document.make_indirect(Dictionary(Names=Array(["a", action(document)])))
    for _ in range(30):
        leaf = document.make_indirect(Dictionary(Kids=Array([leaf])))
    document.Root.Names = Dictionary(JavaScript=leaf)


def _at_the_end(document: Pdf) -> None:
    document.Root.AA = Dictionary(WC=action(document))


def _of_a_page(document: Pdf) -> None:
    document.pages[0].obj.AA = Dictionary(O=action(document))


def _of_a_field(document: Pdf) -> None:
    field = Dictionary(
        FT=Name.Tx, T="a", Kids=Array([Dictionary(AA=Dictionary(K=action(document)))])
    )
    document.Root.AcroForm = Dictionary(Fields=Array([document.make_indirect(field)]))


def _of_an_annotation(document: Pdf) -> None:
    annotated(document, Subtype=Name.Link, A=action(document))


def _when_the_mouse_comes(document: Pdf) -> None:
    annotated(document, Subtype=Name.Square, AA=Dictionary(E=action(document)))


def _of_an_outline(document: Pdf) -> None:
    item = document.make_indirect(Dictionary(Title="a", A=action(document)))
    document.Root.Outlines = Dictionary(First=item, Last=item, Count=1)


def _after_another(document: Pdf) -> None:
    after = Array([Dictionary(S=Name.Named, N=Name.NextPage), action(document)])
    document.Root.OpenAction = Dictionary(S=Name.GoTo, D="a", Next=after)


def _in_a_stream(document: Pdf) -> None:
    code = document.make_stream(b"app.alert(1)")
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=code)


def _by_another_name(document: Pdf) -> None:
    named = document.make_indirect(pikepdf.Object.parse(b"/JavaScript"))
    document.Root.OpenAction = Dictionary(S=named)


def _of_a_film(document: Pdf) -> None:
    annotated(
        document, Subtype=Name.Screen, A=Dictionary(S=Name.Rendition, JS=pikepdf.String("x()"))
    )


def _of_a_model(document: Pdf) -> None:
    model = document.make_stream(b"U3D\0", Type=Name("/3D"), Subtype=Name.U3D)
    model.OnInstantiate = document.make_stream(b"x()")
    annotated(document, Subtype=Name("/3D"), **{"3DD": model})


def _that_no_page_leads_to(document: Pdf) -> None:
    document.Root.Kept = Array([action(document)])


def _in_circles(document: Pdf) -> None:
    """Each action calls the next, the last one the first, and one of them is a script."""
    every = [document.make_indirect(Dictionary(S=Name.GoTo, D="a")) for _ in range(300)]
    for number, one in enumerate(every):
        one.Next = every[(number + 1) % len(every)]
    every[200].Next = Array([every[201], action(document)])
    document.Root.OpenAction = every[0]


SCRIPTED: dict[str, Change] = {
    name[1:]: change
    for name, change in dict(globals()).items()
    if name.startswith("_") and getattr(change, "__annotations__", {}).get("document") is Pdf
}
SCRIPT = b"<t><f><event><script>xfa.host.messageBox('a')</script></event></f></t>"
SCRIPTS = {
    **{name: made(change) for name, change in SCRIPTED.items()},
    "in_an_object_stream": made(_open_action, object_stream_mode=pikepdf.ObjectStreamMode.generate),
    "with_a_password_for_its_owner": made(
        _open_action, encryption=pikepdf.Encryption(owner="d", user="")
    ),
    "with_letters_by_their_numbers": made(
        lambda d: setattr(d.Root, "OpenAction", action(d, "0123456789"))
    ).replace(b"/JS (0123456789) /S /JavaScript", b"/#4A#53 (01) /S /J#61vaScript  "),
    "in_a_form": form(SCRIPT),
    "in_a_form_cut_in_two": form(SCRIPT[:14], SCRIPT[14:]),
    "in_a_form_of_two_bytes": form(SCRIPT.decode().encode("utf-16")),
    "in_a_form_with_a_prefix": form(b'<x:t xmlns:x="a">' + b"<x:script/></x:t>"),
}
LAUNCHES = {
    "when it opens": made(lambda d: setattr(d.Root, "OpenAction", launch(d))),
    "upon a click": made(lambda d: annotated(d, Subtype=Name.Link, A=launch(d))),
    "after a page": made(
        lambda d: setattr(
            d.Root, "OpenAction", Dictionary(S=Name.GoTo, D="a", Next=Array([launch(d)]))
        )
    ),
    "by another name": made(
        lambda d: setattr(
            d.Root,
            "OpenAction",
            Dictionary(S=d.make_indirect(pikepdf.Object.parse(b"/Launch")), F="a.exe"),
        )
    ),
}


def _pinned(document: Pdf) -> None:
    annotated(document, Subtype=Name.FileAttachment, FS=attached(document, "a.txt", ELF))


def _associated(document: Pdf) -> None:
    document.Root.AF = Array([attached(document, "a.scr", b"a", AFRelationship=Name.Source)])


def _of_flash(document: Pdf) -> None:
    assets = Dictionary(Names=Array(["a", attached(document, "a.dat", b"CWS\x0a" + bytes(99))]))
    annotated(document, Subtype=Name.RichMedia, RichMediaContent=Dictionary(Assets=assets))


PROGRAMS = {  # within a PDF
    "by its name": holding("instalar.EXE", b"@echo"),
    "by its bytes": holding("plano.txt", EXE),
    "a script by its first line": holding("leame", b"#!/bin/sh\nrm -r ~\n"),
    "with a dot behind": holding("plano.bat.", b"@echo"),
    "pinned to a page": made(_pinned),
    "associated": made(_associated),
    "of Flash": made(_of_flash),
    "in a zip within": holding("planos.zip", zipped({"a.txt": b"a", "b/factura.pdf.js": b"a"})),
    "a shortcut": holding("plano", SHORTCUT),
    "an installer": holding("plano.doc", INSTALLER),
}


def nested(times: int) -> bytes:
    content = zipped({"a.txt": b"a"})
    for number in range(times - 1):
        content = zipped({f"{number}.zip": content})
    return content


RELATION = (
    b'<R><Relationship Type="http://schemas/attachedTemplate" TargetMode="External" '
    b'Target="%s"/></R>'
)
WITHIN = {  # what may be a zip, and why it is refused
    "a program by its name": (zipped({"a.txt": b"a", "b/c.exe": b"a"}), "file.program"),
    "a program by its bytes": (zipped({"a.txt": b"a", "b/c.dat": EXE}), "file.program"),
    "a program for two ends": (zipped({"factura.pdf.scr": b"a"}), "file.program"),
    "a program in a folder of Windows": (zipped({"a\\b.cmd": b"a"}), "file.program"),
    "a program of Java": (
        zipped({"x.dat": zipped({"A": b"\xca\xfe\xba\xbe" + bytes(9)})}),
        "file.program",
    ),
    "a program in a zip within": (zipped({"b.zip": zipped({"c.exe": b"a"})}), "file.program"),
    "a zip of another name within": (zipped({"b.dat": zipped({"c.exe": b"a"})}), "file.program"),
    "a PDF with a script": (zipped({"a.pdf": made(_open_action)}), "file.script"),
    "a PDF that needs a password": (
        zipped({"a.pdf": made(lambda _: None, encryption=pikepdf.Encryption("a", "b"))}),
        "file.locked",
    ),
    "macros of 2003": (zipped({"a.doc": MACROS_2003}), "file.macros"),
    "macros": (zipped({"a.docx": office(**{"word/vbaProject.bin": b"a"})}), "file.macros"),
    "rar": (zipped({"a.txt": b"a", "b": b"Rar!\x1a\x07\x01\0" + bytes(99)}), "file.packed"),
    "a disk": (zipped({"a.iso": b"a"}), "file.packed"),
    "five, one in another": (nested(5), "file.deep"),
    "many entries, together": (
        zipped({f"{n}.zip": zipped(dict.fromkeys(map(str, range(3000)), b"")) for n in range(4)}),
        "file.heavy",
    ),
    "a docx with macros": (office(**{"word/vbaProject.bin": b"a"}), "file.macros"),
    "a docm by another name": (
        office(main="application/vnd.ms-word.document.macroEnabled.main+xml"),
        "file.macros",
    ),
    "macros of Excel 4": (
        office(CHARTED, "xl/workbook.xml", **{"xl/macrosheets/sheet1.xml": b"<a/>"}),
        "file.macros",
    ),
    "a docx with a template of a web site": (
        office(**{"word/_rels/settings.rels": RELATION % b"https://example.com/a.dotm"}),
        "file.macros",
    ),
    "a docx with a program in a package": (
        office(**{"word/embeddings/o.bin": PACKAGE % (b"exe", b"exe")}),
        "file.program",
    ),
    "an odt with macros": (
        open_document(
            "application/vnd.oasis.opendocument.text", **{"Basic/Standard/Module1.xml": b"<a/>"}
        ),
        "file.macros",
    ),
}
HARMLESS = {  # what must pass: only what runs, or hides, is refused
    "a portfolio": ("PDF", holding("carta.pdf", pdf("otra"))),
    "a portfolio of a document of 2003": ("PDF", holding("carta.doc", OF_2003)),
    "PDF/A-3 with its factura": (
        "PDF",
        made(
            lambda d: setattr(
                d.Root,
                "AF",
                Array([attached(d, "factura.xml", FACTURA, AFRelationship=Name.Source)]),
            )
        ),
    ),
    "PDF/A-3 with constancia.json": ("PDF", holding("constancia.json", b"{}")),
    "a PDF that goes to a page and to a web site": (
        "PDF",
        made(
            lambda d: annotated(
                d, Subtype=Name.Link, A=Dictionary(S=Name.URI, URI="https://example.com/a.exe")
            )
        ),
    ),
    "a PDF that says /JavaScript and /Launch": (
        "PDF",
        made(lambda d: setattr(d.docinfo, "Title", "/S /Launch /JS /EF /JavaScript")),
    ),
    "a tree of scripts without any": (
        "PDF",
        made(lambda d: setattr(d.Root, "Names", Dictionary(JavaScript=Dictionary(Names=Array())))),
    ),
    "a form without parts": ("PDF", form()),
    "a form without scripts": ("PDF", form(b"<t><f><event/></f></t>")),
    "actions in circles": (
        "PDF",
        made(lambda d: setattr(d.Root, "OpenAction", circle(d))),
    ),
    "a docx with a sheet for its chart": (
        "DOCX",
        office(**{"word/embeddings/s.xlsx": office(CHARTED, "xl/workbook.xml")}),
    ),
    "a docx with a packed picture": (
        "DOCX",
        office(**{"word/media/image1.emz": b"\x1f\x8b\x08" + bytes(9)}),
    ),
    "a docx with a template of its office": (
        "DOCX",
        office(**{"word/_rels/settings.rels": RELATION % b"file:///S:/oficio.dotx"}),
    ),
    "a docx with a PDF in a package": (
        "DOCX",
        office(**{"word/embeddings/o.bin": PACKAGE % (b"pdf", b"pdf")}),
    ),
    "an odt with an empty library": (
        "ODT",
        open_document(
            "application/vnd.oasis.opendocument.text", **{"Basic/Standard/script-lb.xml": b"<a/>"}),
    ),
    "a zip of anything else": (
        "ZIP",
        zipped(
            {
                "a/factura.xml": FACTURA,
                "b.doc": OF_2003,
                "c.mp4": b"\0\0\0\x18ftypmp42" + bytes(99),
                "d.docx": office(),
                "e.zip": zipped({"f.pdf": pdf()}),
                "vacía/": b"",
            }
        ),
    ),
}  # fmt: skip
