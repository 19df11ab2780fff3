"""The file of keys: S67."""

import base64
import json
from pathlib import Path

import pytest

from proxy.errors import Refusal
from proxy.keys.ring import create_keyring, read_keyring

GOOD = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(range(1, 33))).decode()


def ring(path: Path, *keys: dict[str, str]) -> Path:
    path.write_text(json.dumps({"claves": keys}))
    path.chmod(0o600)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(Refusal) as refused:
        read_keyring(path)
    return refused.value.code


def test_a_new_ring_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    made = create_keyring(tmp_path / "var" / "claves.json")
    assert (tmp_path / "var" / "claves.json").stat().st_mode & 0o777 == 0o600
    assert read_keyring(tmp_path / "var" / "claves.json") == made


def test_a_ring_is_never_replaced(tmp_path: Path) -> None:
    made = create_keyring(tmp_path / "claves.json")
    with pytest.raises(Refusal):
        create_keyring(tmp_path / "claves.json")
    assert read_keyring(tmp_path / "claves.json") == made


def test_a_ring_that_others_can_read_is_refused(tmp_path: Path) -> None:
    create_keyring(tmp_path / "claves.json")
    (tmp_path / "claves.json").chmod(0o640)
    assert refusal(tmp_path / "claves.json") == "keys.exposed"


def test_a_missing_ring_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "claves.json") == "keys.missing"


@pytest.mark.parametrize(
    "content", ["", "{}", '{"claves": []}', '{"claves": [{"id": "k1"}]}', "[1"]
)
def test_a_damaged_ring_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "claves.json"
    path.write_text(content)
    path.chmod(0o600)
    assert refusal(path) == "keys.damaged"


def test_a_short_or_monotonous_key_is_refused(tmp_path: Path) -> None:
    short = base64.b64encode(b"short").decode()
    sample = base64.b64encode(b"a" * 32).decode()
    for weak in (short, sample):
        assert refusal(ring(tmp_path / "claves.json", {"id": "k1", "clave": weak})) == "keys.weak"


def test_a_repeated_key_or_id_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "claves.json"
    one = {"id": "k1", "clave": GOOD}
    assert refusal(ring(path, one, {"id": "k2", "clave": GOOD})) == "keys.damaged"
    assert refusal(ring(path, one, {"id": "k1", "clave": OTHER})) == "keys.damaged"


def test_each_purpose_has_its_own_subkey_and_the_newest_key_is_last(tmp_path: Path) -> None:
    path = ring(tmp_path / "claves.json", {"id": "k1", "clave": GOOD}, {"id": "k2", "clave": OTHER})
    keys = read_keyring(path)
    assert list(keys.subkeys("code")) == ["k1", "k2"]
    assert keys.subkeys("code")["k2"] != keys.subkeys("device")["k2"]
