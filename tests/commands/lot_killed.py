"""Lots that are killed; run as `python -m tests.commands.lot_killed <folder>`."""

import os
import sys
from pathlib import Path

from proxy.commands.lot import deposit_lot
from tests.casilla import pdf
from tests.killing import kill_anywhere, kill_before_each_step, spared

LINES = 2  # of each lot
HEAD = (
    "destinatario,expediente,fecha_expediente,tipo,numero,asunto,dependencia,firmado_por,"
    "elaborado_por,fecha_emision,vigencia,agota_via,sin_recursos,acto\n"
)
LINE = (
    "DNI-40000001,EXP-1,2026-03-02,CARTA,{lot:05}-{line},Asunto,Área,Firma,Autor,2026-03-09,"
    "Desde hoy,no,Es de trámite,{line}.pdf\n"
)


def main(folder: Path) -> None:
    os.chdir(folder)

    def work(lot: int) -> None:
        path = Path(f"lote-{lot:05}")
        with spared():
            part = Path(f"part-{lot}")
            part.mkdir()
            for line in range(LINES):
                (part / f"{line}.pdf").write_bytes(pdf(f"{lot}-{line}"))
            lines = (LINE.format(lot=lot, line=line) for line in range(LINES))
            (part / "lote.csv").write_text(HEAD + "".join(lines))
            part.rename(path)
        sys.stdout = sys.stderr  # what is printed is the number of steps
        deposit_lot(path / "lote.csv", None)

    steps = kill_before_each_step(work)
    kill_anywhere(lambda number: work(10_000 + number), rounds=8, seconds=1)
    print(steps)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
