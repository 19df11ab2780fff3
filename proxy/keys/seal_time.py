"""A token of time (RFC 3161): an authority says that a seal was there at that hour.

The seal does not cover it, so whoever has the file can put another one in its place: it counts only
when its authority is known. What it says is «not later than»: a later token is easily had, an
earlier one is not.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from asn1crypto import cms, core
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from pyhanko.sign.validation.generic_cms import validate_tst_signed_data
from pyhanko.sign.validation.status import TimestampSignatureStatus
from pyhanko_certvalidator import ValidationContext

# It writes a trace for each certificate that no list of its own knows.
logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)

DIGEST = "sha256"  # of a seal, for an authority
DRIFT = timedelta(minutes=5)  # between our clock and that of an authority


class BadTime(Exception):
    """What an authority answered is no token for this seal."""


@dataclass(frozen=True)
class Attested:
    at: datetime
    by: x509.Certificate


async def attested(token: cms.ContentInfo, digest: bytes, sealed_at: datetime) -> Attested:
    """`digest`: of the signature. What it raises, whatever it is, says that the token is bad.

    Whom to trust is decided by the certificate itself, so no chain is followed.
    """
    nobody = ValidationContext(trust_roots=[], allow_fetching=False)
    said = TimestampSignatureStatus(
        **await validate_tst_signed_data(
            token["content"], nobody, lambda name: digest if name == DIGEST else b""
        )
    )
    by = x509.load_der_x509_certificate(said.signing_cert.dump())
    uses = by.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    if not (said.intact and said.valid) or ExtendedKeyUsageOID.TIME_STAMPING not in uses:
        raise BadTime
    if not by.not_valid_before_utc <= said.timestamp <= by.not_valid_after_utc:
        raise BadTime
    if said.timestamp < sealed_at - DRIFT:
        raise BadTime
    return Attested(said.timestamp, by)


def bare(token: cms.ContentInfo) -> bool:
    """Whether nothing stands in it that its own signature does not cover, but certificates."""
    if token["content_type"].native != "signed_data" or not absent(token["content"]["crls"]):
        return False
    return all(absent(one["unsigned_attrs"]) for one in token["content"]["signer_infos"])


def absent(field: core.Asn1Value) -> bool:
    return isinstance(field, core.Void)
