"""Two who write the mark at once, as `servir` and `auditoria verificar` do: S69."""

import subprocess
import sys
from pathlib import Path

from proxy.errors import Refusal
from proxy.keys.mark import read_mark
from proxy.keys.ring import create_keyring
from tests.people import VAULT

ROOT = Path(__file__).parents[2]
WRITE = """
import sys
from pathlib import Path
from proxy.domain.evento import Mark
from proxy.keys.mark import write_mark
from tests.people import VAULT
lost = 0
for n in range(1, 400):
    try:
        write_mark(Path(sys.argv[1]), VAULT, Mark(n, bytes(32)))
    except OSError:
        lost += 1
print(lost)
"""


def test_a_mark_that_two_write_at_once_is_whole_for_who_reads_it(tmp_path: Path) -> None:
    keys = tmp_path / "claves.json"
    create_keyring(keys)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, keys], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    damaged, reads = 0, 0
    while any(writer.poll() is None for writer in writers):
        reads += 1
        try:
            read_mark(keys, VAULT)
        except Refusal:
            damaged += 1
    said = [writer.communicate()[0] for writer in writers]
    print(reads, damaged, said)
    assert damaged == 0, (damaged, reads)
    assert [int(one) for one in said] == [0, 0, 0]
