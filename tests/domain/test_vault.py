"""What is sealed opens in its place and with its key only: S66."""

import pytest

from proxy.domain.vault import Unsealable, Vault, label
from tests.people import VAULT


def vault(*key_ids: str) -> Vault:
    return Vault(lambda purpose: {k: (k + purpose).encode().ljust(32, b".") for k in key_ids})


def test_what_was_sealed_opens_in_its_place_alone() -> None:
    sealed = VAULT.seal("casillas.email", b"rosa", "rosa@example.com")
    assert VAULT.open("casillas.email", b"rosa", sealed) == "rosa@example.com"
    for column, row in (("casillas.email", b"bruno"), ("casillas.phone", b"rosa")):
        with pytest.raises(Unsealable):
            VAULT.open(column, row, sealed)
    assert b"rosa@" not in sealed


@pytest.mark.parametrize("at", [0, 1, 5, -1])
def test_a_changed_byte_is_noticed(at: int) -> None:
    sealed = bytearray(VAULT.seal("a.b", b"row", "text"))
    sealed[at] ^= 1
    with pytest.raises(Unsealable):
        VAULT.open("a.b", b"row", bytes(sealed))


@pytest.mark.parametrize("junk", [b"", b"\x02", b"\x02k1", b"\xff" * 40, b"\x02k1" + bytes(12)])
def test_what_nobody_sealed_does_not_open(junk: bytes) -> None:
    with pytest.raises(Unsealable):
        VAULT.open("a.b", b"row", junk)


def test_an_older_key_opens_and_the_newest_seals() -> None:
    before, after, later = vault("k1"), vault("k1", "k2"), vault("k2")
    old = before.seal("a.b", b"row", "text")
    assert after.open("a.b", b"row", old) == "text"
    new = after.seal("a.b", b"row", "text")
    assert new.startswith(label("k2"))
    assert later.open("a.b", b"row", new) == "text"
    with pytest.raises(Unsealable):
        later.open("a.b", b"row", old)
    assert after.lookups("x")[:-1] == before.lookups("x")
    assert after.lookup("x") == later.lookup("x") != before.lookup("x")


def test_a_retired_key_attests_and_does_nothing_else() -> None:
    """S69: the audit of its time can still be verified."""

    def subkeys(purpose: str) -> dict[str, bytes]:
        keys = {"k2": (purpose + "2").encode().ljust(32, b".")}
        return {"k1": b"1" * 32} | keys if purpose == "audit" else keys

    retired = Vault(subkeys)
    assert retired.attest(b"row", "k1") != retired.attest(b"row", "k2")
    assert retired.code_key("k1") is None
    for attempt in (lambda: retired.mac(b"row", "k1"), lambda: retired.attest(b"row", "k0")):
        with pytest.raises(Unsealable):
            attempt()
