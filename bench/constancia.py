"""A constancia from its facts to its sealed PDF, against typst and pyHanko alone on the same text.

Each document is another one, since typst remembers what it set before; ours and theirs take turns.
The peer keeps its compiler, its key and its certificate, as ours does, and is given its inputs.
"""

import io
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

import typst
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers import PdfSigner

from bench import figures
from proxy.domain.constancia import Facts, Sealing
from proxy.domain.constancia_acts import Kind
from proxy.domain.number import number
from proxy.keys.seal import RESERVED, KeepingSigner, Seal, field_of_seal, seal_of
from proxy.render import constancia as rendering
from proxy.render.constancia import render_constancia
from tests.constancias import LATER, ORIGIN, facts, told
from tests.sealing import held

MANY = 4 if figures.QUICK else 80  # documents a side
WARM = 2 if figures.QUICK else 10
AT = LATER.replace(microsecond=0).astimezone(UTC)


def document(sequence: int) -> Facts:
    one = facts(Kind.DEPOSITO)
    return replace(one, number=number("CC", 2026, sequence), salt=f"{sequence:032x}")


def ours(seal: Seal) -> Callable[[Facts], bytes]:
    def make(one: Facts) -> bytes:
        text = told(one, Sealing(AT, seal.certificate, ORIGIN))
        return seal.seal(render_constancia(text), AT, "Constancia")

    return make


class Bare:
    """Nothing but the two libraries: no JSON, no rows, no drawing of a code."""

    def __init__(self) -> None:
        self.compiler = typst.Compiler(
            rendering.FOLDER / "constancia.typ",
            font_paths=[rendering.FOLDER / "letras"],
            ignore_system_fonts=True,
        )
        self.signer = KeepingSigner(held())

    def prepare(self, one: Facts) -> dict[str, str]:
        return rendering.inputs(told(one, Sealing(AT, held().described, ORIGIN)))

    def make(self, inputs: dict[str, str]) -> bytes:
        pdf = self.compiler.compile(
            format="pdf", sys_inputs=inputs, pdf_standards=["a-3a", "ua-1"], timestamp=AT
        )
        assert isinstance(pdf, bytes)
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf + b"\n"))
        signer = PdfSigner(seal_of("Constancia"), self.signer, new_field_spec=field_of_seal())
        return bytes(signer.sign_pdf(writer, bytes_reserved=RESERVED).getvalue())


def main() -> None:
    seal, bare = Seal(held()), Bare()
    make = ours(seal)
    numbers = iter(range(1, 10_000))
    mine: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    for turn in range(WARM + MANY):
        inputs, one = bare.prepare(document(next(numbers))), document(next(numbers))
        for times, work in ((theirs, lambda i=inputs: bare.make(i)), (mine, lambda o=one: make(o))):
            began, used = time.perf_counter(), time.process_time()
            work()
            if turn >= WARM:
                times.append((time.process_time() - used, time.perf_counter() - began))
    spent, peer = (statistics.median(cpu for cpu, _ in times) for times in (mine, theirs))
    wall = statistics.median(taken for _, taken in mine) * 1000
    line = (
        f"constancia: rendered and sealed in {spent / peer:.2f} times the processor time of typst "
        f"and pyHanko alone, {spent * 1000:.0f} ms against {peer * 1000:.0f}; by the clock "
        f"{wall:.0f} ms"
    )
    figures.at_most(1.3, spent / peer, line)


if __name__ == "__main__":
    main()
