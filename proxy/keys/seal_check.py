"""Says of a constancia whether it is the one that was sealed, by whom, and what it states.

Asks nobody: the certificates of the entity are at hand. Imported only where something is checked,
as `seal` is.
"""

import hashlib
import io
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from proxy.domain.constancia import VERSION, Certificate, canonical
from proxy.errors import Refusal
from proxy.keys.seal import in_a_loop
from proxy.keys.seal_file import describe, path_of
from proxy.keys.seal_time import DIGEST, Attested, absent, bare
from proxy.keys.seal_time import attested as read_token

ATTACHED = "constancia.json"
LARGEST = 20_000_000  # bytes; what is sealed here has a hundredth of them


@dataclass(frozen=True)
class Whole:
    """A constancia that nobody changed since a certificate that we know sealed it."""

    told: dict[str, Any]
    by: Certificate
    at: datetime  # as the seal says it
    attested: Attested | None  # by an authority that we know


def check(
    pdf: bytes,
    known: Collection[x509.Certificate],
    authorities: Collection[x509.Certificate] = (),
) -> Whole:
    """`authorities`: of time. Refuses `constancia.unreadable`, `.unsealed`, `.added`, `.changed`,
    `.other`, `.out_of_date`, `.unconfirmed`, `.strange`."""
    try:
        return _checked(pdf, {one.public_bytes(Encoding.DER): one for one in known}, authorities)
    except Refusal:
        raise
    except Exception:  # whatever a file that somebody made up brings its reader to
        raise Refusal("constancia.unreadable") from None


def _checked(
    pdf: bytes, known: dict[bytes, x509.Certificate], authorities: Collection[x509.Certificate]
) -> Whole:
    reader = PdfFileReader(io.BytesIO(pdf))
    seals = reader.embedded_regular_signatures
    if not seals:
        raise Refusal("constancia.unsealed")
    own = x509.load_der_x509_certificate(seals[0].signer_cert.dump())
    if not (_nothing_beside(pdf, seals[0]) and _nothing_uncovered(seals[0].signed_data, own)):
        raise Refusal("constancia.added")
    status = in_a_loop(_status(seals[0]))
    if not (status.intact and status.valid):
        raise Refusal("constancia.changed")
    certificate = known.get(own.public_bytes(Encoding.DER))
    if certificate is None:
        raise Refusal("constancia.other", who=describe(own).holder)
    if status.coverage != SignatureCoverageLevel.ENTIRE_FILE:
        raise Refusal("constancia.added")
    by, at = describe(certificate), status.signer_reported_dt
    if at is None:
        raise Refusal("constancia.strange")
    if not by.since <= at <= by.until:
        since, until = f"{by.since:%d/%m/%Y}", f"{by.until:%d/%m/%Y}"
        raise Refusal("constancia.out_of_date", since=since, until=until)
    attested = _attested(seals[0].signer_info, at)
    if attested and attested.by not in authorities:
        raise Refusal("constancia.unconfirmed", who=describe(attested.by).holder)
    told = _told(reader)
    # The same key may have signed other things, which must not pass for a constancia.
    named = told["emisor"]["certificado"]["sha256"]
    if seals[0].docmdp_level != MDPPerm.NO_CHANGES or named != by.sha256:
        raise Refusal("constancia.strange")
    return Whole(told, by, at, attested)


async def _status(seal: EmbeddedPdfSignature) -> PdfSignatureStatus:
    """Whom to trust is decided by the certificate itself, so no chain is followed."""
    nobody = ValidationContext(trust_roots=[], allow_fetching=False)
    return await async_validate_pdf_signature(
        seal, signer_validation_context=nobody, ts_validation_context=nobody
    )


def _nothing_beside(pdf: bytes, seal: EmbeddedPdfSignature) -> bool:
    """The seal does not cover the place where it stands: it must fill it as we write it, and after
    it there may only be zeros."""
    place, said = bytes(seal.pkcs7_content), seal.signed_data.dump()
    _, before, after, _ = seal.byte_range
    start = place.find(said)
    written = pdf[before:after] == b"<" + place.hex().upper().encode() + b">"
    return written and start >= 0 and not any(place[start + len(said) :])


def _nothing_uncovered(signed: cms.SignedData, own: x509.Certificate) -> bool:
    """Nor does it cover all of its own frame: beside the path of its certificate, and one token of
    time, nothing stands there that could be taken for a part of it."""
    [signer] = signed["signer_infos"]
    algorithms = [one.dump() for one in signed["digest_algorithms"]]
    if not absent(signed["crls"]) or algorithms != [signer["digest_algorithm"].dump()]:
        return False
    if not absent(signer["unsigned_attrs"]):
        kinds = [one["type"].native for one in signer["unsigned_attrs"]]
        if kinds != ["signature_time_stamp_token"]:
            return False
        tokens = signer["unsigned_attrs"][0]["values"]
        if len(tokens) != 1 or not bare(tokens[0]):
            return False
    there = [x509.load_der_x509_certificate(one.chosen.dump()) for one in signed["certificates"]]
    return len(path_of(own, [one for one in there if one != own])) == len(there) - 1


def _attested(signer: cms.SignerInfo, at: datetime) -> Attested | None:
    if absent(signer["unsigned_attrs"]):
        return None
    [token] = signer["unsigned_attrs"][0]["values"]
    digest = hashlib.new(DIGEST, signer["signature"].native).digest()
    try:
        return in_a_loop(read_token(token, digest, at))
    except Exception:  # whatever a token that somebody made up brings its reader to
        raise Refusal("constancia.added") from None


def _told(reader: PdfFileReader) -> dict[str, Any]:
    attached = [one.get_object() for one in reader.root["/AF"]]
    [file] = [one for one in attached if one["/UF"] == ATTACHED]
    text = file["/EF"]["/F"].data.decode()
    told = json.loads(text)
    if told["version"] != VERSION or canonical(told) != text:
        raise Refusal("constancia.strange")
    return dict(told)
