"""The hour of an authority: whose it is, what it is worth, and that a bad one is not kept (X3, X4).

The seal does not cover a token of time: whoever has the file can put one in, or something else.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from proxy.errors import Refusal
from proxy.keys.seal import Seal
from proxy.keys.seal_check import check
from proxy.keys.seal_file import SealKey
from proxy.keys.seal_time import BadTime
from proxy.outside.tsa import TimeAuthority
from tests.constancias import LATER
from tests.outside.authority import Authority, Stamp, right, stamper
from tests.sealing import another, authority, held, plain, reframed, sealed

AT = LATER.replace(microsecond=0)
KNOWN, TIMES = [held().certificate], [authority().certificate]


def stamped(by: SealKey, at: datetime = AT, answer: Any = right, **more: Any) -> bytes:
    with Authority(by, at, answer) as there:
        return Seal(held(), TimeAuthority(there.url), **more).seal(plain(), LATER, "Constancia")


@cache
def timed() -> bytes:
    return stamped(authority(), AT + timedelta(seconds=3))


def refused(pdf: bytes, *authorities: x509.Certificate) -> str:
    with pytest.raises(Refusal) as found:
        check(pdf, KNOWN, authorities or TIMES)
    return found.value.code


def test_a_known_authority_says_that_it_was_sealed() -> None:
    found = check(timed(), KNOWN, TIMES)
    assert found.at == AT and found.attested
    assert (found.attested.at, found.attested.by) == (AT + timedelta(seconds=3), TIMES[0])


def test_of_another_authority_nothing_is_confirmed() -> None:
    other = authority("Cualquiera")
    assert refused(timed(), other.certificate) == "constancia.unconfirmed"
    with pytest.raises(Refusal) as found:
        check(timed(), KNOWN)
    assert "«Autoridad de Tiempo Ficticia»" in str(found.value)


def token(of: bytes, by: SealKey, at: datetime, signature: bytes | None = None) -> cms.ContentInfo:
    """What whoever has the file can ask any authority for."""
    found: list[bytes] = []

    def take(signed: cms.SignedData) -> None:
        found.append(signed["signer_infos"][0]["signature"].native)

    reframed(of, take)
    digest = hashes.Hash(hashes.SHA256())
    digest.update(signature or found[0])
    its = stamper(by, at)
    _, question = its.request_cms(digest.finalize(), "sha256")
    return its.request_tsa_response(question)["time_stamp_token"]


def beside(*values: Any, kind: str = "signature_time_stamp_token") -> cms.CMSAttribute:
    return cms.CMSAttribute({"type": kind, "values": values})


def put(*attributes: cms.CMSAttribute) -> Callable[[cms.SignedData], None]:
    def change(signed: cms.SignedData) -> None:
        signed["signer_infos"][0]["unsigned_attrs"] = attributes

    return change


def test_another_token_is_no_part_of_it() -> None:
    def of(by: SealKey, at: datetime = AT, **more: Any) -> bytes:
        return reframed(timed(), put(beside(token(timed(), by, at, **more))))

    assert check(of(authority()), KNOWN, TIMES).attested
    assert refused(of(authority("Cualquiera"))) == "constancia.unconfirmed"
    assert refused(of(authority(), signature=b"of another seal")) == "constancia.added"
    assert refused(of(authority(), AT - timedelta(days=1))) == "constancia.added"
    assert refused(of(authority(), AT + timedelta(days=900))) == "constancia.added"
    assert refused(of(another()), another().certificate) == "constancia.added"


def certificate(of: SealKey) -> asn1.Certificate:
    return asn1.Certificate.load(of.certificate.public_bytes(Encoding.DER))


def more_certificates(signed: cms.SignedData) -> None:
    signed["certificates"].append(cms.CertificateChoices("certificate", certificate(another())))


def a_list(signed: cms.SignedData) -> None:
    one = another()
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(one.certificate.subject)
        .last_update(AT.astimezone(UTC))
        .next_update(AT.astimezone(UTC) + timedelta(days=1))
        .sign(one.key, hashes.SHA256())
    )
    der = made.public_bytes(Encoding.DER)
    signed["crls"] = [cms.RevocationInfoChoice.load(der)]


def an_algorithm(signed: cms.SignedData) -> None:
    signed["digest_algorithms"].append(cms.DigestAlgorithm({"algorithm": "sha512"}))


def in_the_token(signed: cms.SignedData) -> None:
    ours = token(timed(), authority(), AT)
    ours["content"]["signer_infos"][0]["unsigned_attrs"] = [hidden()]
    put(beside(ours))(signed)


def hidden() -> cms.CMSAttribute:
    return beside(cms.ContentInfo({"content_type": "data", "content": b"x"}))


def two(signed: cms.SignedData) -> None:
    ours = token(timed(), authority(), AT)
    put(beside(ours, ours))(signed)


@pytest.mark.parametrize(
    "change",
    [
        put(),
        put(hidden(), hidden()),
        put(hidden()),
        put(beside(b"hola", kind="message_digest")),
        two,
        in_the_token,
        more_certificates,
        a_list,
        an_algorithm,
    ],
)  # fmt: skip
def test_nothing_else_stands_where_the_seal_does_not_cover(
    change: Callable[[cms.SignedData], None],
) -> None:
    assert refused(reframed(timed(), change)) == "constancia.added"
    assert check(reframed(timed(), lambda _: None), KNOWN, TIMES).attested


def of_another_imprint(stamp: Stamp, question: tsp.TimeStampReq) -> tsp.TimeStampResp:
    question["message_imprint"]["hashed_message"] = bytes(32)
    return stamp(question)


def of_another_nonce(stamp: Stamp, question: tsp.TimeStampReq) -> tsp.TimeStampResp:
    question["nonce"] = 5
    return stamp(question)


def without_nonce(stamp: Stamp, question: tsp.TimeStampReq) -> tsp.TimeStampResp:
    question["nonce"] = None
    return stamp(question)


def a_refusal(stamp: Stamp, question: tsp.TimeStampReq) -> tsp.TimeStampResp:
    reply = stamp(question)
    reply["status"] = tsp.PKIStatusInfo({"status": "rejection"})
    return reply


def signed_by_nobody(stamp: Stamp, question: tsp.TimeStampReq) -> tsp.TimeStampResp:
    reply = stamp(question)
    reply["time_stamp_token"]["content"]["signer_infos"][0]["signature"] = bytes(256)
    return reply


def more_than_it_signed(stamp: Stamp, question: tsp.TimeStampReq) -> tsp.TimeStampResp:
    reply = stamp(question)
    reply["time_stamp_token"]["content"]["signer_infos"][0]["unsigned_attrs"] = [hidden()]
    return reply


def too_long(stamp: Stamp, question: tsp.TimeStampReq) -> tsp.TimeStampResp:
    reply = stamp(question)
    bag = reply["time_stamp_token"]["content"]["certificates"]
    for one in range(20):
        added = certificate(authority(f"Ficticia {one % 2}"))
        bag.append(cms.CertificateChoices("certificate", added))
    return reply


def nothing(stamp: Stamp, question: tsp.TimeStampReq) -> Any:
    return cms.ContentInfo({"content_type": "data", "content": b"x"})


@pytest.mark.parametrize(
    "answer",
    [
        of_another_imprint, of_another_nonce, without_nonce, a_refusal, signed_by_nobody,
        more_than_it_signed, too_long, nothing,
    ],
)  # fmt: skip
def test_a_bad_answer_is_not_kept(answer: Any) -> None:
    noted: list[x509.Certificate] = []
    with pytest.raises(BadTime):
        stamped(authority(), answer=answer, accept=noted.append)
    assert noted == []


def test_nor_is_one_of_who_is_no_authority_or_whose_clock_is_wrong() -> None:
    for by, at in (
        (another(), AT),
        (authority(), AT - timedelta(minutes=6)),
        (authority(), AT + timedelta(days=900)),
    ):
        with pytest.raises(BadTime):
            stamped(by, at)


def test_an_authority_is_noted_before_it_is_relied_on() -> None:
    noted: list[x509.Certificate] = []
    stamped(authority(), accept=noted.append)
    assert noted == TIMES

    def refuse(_: x509.Certificate) -> None:
        raise OSError

    with pytest.raises(OSError):
        stamped(authority(), accept=refuse)


def test_without_an_authority_the_hour_is_that_of_the_entity() -> None:
    assert check(sealed(), KNOWN, TIMES).attested is None
