"""Seals a constancia: PAdES B-B, or B-T where an authority tells the time.

pyHanko is imported here, and this module only where something is sealed: it costs memory and a
third of a second. No request may import it.
"""

import asyncio
import io
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

from asn1crypto import cms, tsp
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import ArrayObject, ByteStringObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import handle_tsp_response
from pyhanko_certvalidator.registry import SimpleCertificateStore

from proxy.keys.seal_file import SealKey, out_of_date
from proxy.keys.seal_time import BadTime, attested, bare
from proxy.texts import TEXTS

FIELD = "Sello"
RESERVED = 8192  # hexadecimal digits for the signature and one certificate
RESERVED_FOR_TIME = 24_576  # and for what an authority says of the time, with its chain

T = TypeVar("T")
AskTime = Callable[[bytes], bytes]  # a TimeStampReq of RFC 3161, and its answer
Accept = Callable[[x509.Certificate], None]  # takes note of the authority, or raises


class Seal:
    """Keeps its key and certificate ready: reading them again would double the time of a seal."""

    def __init__(
        self, held: SealKey, ask_time: AskTime | None = None, accept: Accept = lambda _: None
    ) -> None:
        """`accept` is called before anything is sealed with the hour of that authority."""
        self.certificate = held.described
        self._signer = KeepingSigner(held)
        self._ask_time, self._accept = ask_time, accept
        others = sum(len(one.public_bytes(Encoding.DER)) for one in held.chain)
        self._reserved = RESERVED + 2 * others + (RESERVED_FOR_TIME if ask_time else 0)

    def seal(self, pdf: bytes, at: datetime, reason: str) -> bytes:
        """Without an authority of time, the same PDF and instant give the same bytes.

        Refuses `seal.expired` and `seal.early`, of `at`. Raises BadTime, and as `ask_time` does:
        no seal has the hour of an authority that answers wrong.
        """
        if fault := out_of_date(self.certificate, at):
            raise fault
        writer = _Unchanging(io.BytesIO(pdf))
        instant = at.replace(microsecond=0)
        ask = self._ask_time
        time = _Asking(ask, instant, self._accept) if ask else None
        signer = _At(instant, seal_of(reason), self._signer, time, field_of_seal())
        output = io.BytesIO()
        sealed = in_a_loop(
            signer.async_sign_pdf(writer, bytes_reserved=self._reserved, output=output)
        )
        return bytes(sealed.getvalue())


def in_a_loop(work: Coroutine[Any, Any, T]) -> T:
    """pyHanko waits in an event loop, and the thread that asks may have one that runs."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def seal_of(reason: str) -> PdfSignatureMetadata:
    return PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )


def field_of_seal() -> SigFieldSpec:
    """Not seen and outside of the page: what pyHanko draws is neither PDF/A nor PDF/UA."""
    return SigFieldSpec(
        FIELD,
        readable_field_name=TEXTS["constancia.field"],
        invis_sig_settings=InvisSigSettings(
            set_print_flag=True, set_hidden_flag=False, box_out_of_bounds=True
        ),
    )


class KeepingSigner(Signer):
    def __init__(self, held: SealKey) -> None:
        # Without its own certificate, which is in every signature already.
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple(map(_asn1, held.chain))
        super().__init__(signing_cert=_asn1(held.certificate), cert_registry=store)
        self._key = held.key

    async def async_sign_raw(
        self, data: bytes, digest_algorithm: str, dry_run: bool = False
    ) -> bytes:
        if dry_run:
            return bytes(self._key.key_size // 8)
        algorithm: hashes.HashAlgorithm = getattr(hashes, digest_algorithm.upper())()
        return self._key.sign(data, PKCS1v15(), algorithm)


class _At(PdfSigner):
    """Signs at a given instant instead of at that of the machine."""

    def __init__(
        self,
        at: datetime,
        meta: PdfSignatureMetadata,
        signer: Signer,
        time: TimeStamper | None,
        field: SigFieldSpec,
    ) -> None:
        super().__init__(meta, signer, timestamper=time, new_field_spec=field)
        self._instant = at

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._instant
        return session


class _Unchanging(IncrementalPdfFileWriter):
    """Adds the seal and nothing else: neither the hour of the machine nor another producer.

    What typst wrote of the file stays, word for word; the second id of a file, which pyHanko
    takes at random, comes from the first one.
    """

    @classmethod
    def _handle_id(cls, prev: Any) -> ArrayObject:
        first = prev.trailer["/ID"][0]
        digest = hashes.Hash(hashes.SHA256())
        digest.update(bytes(getattr(first, "original_bytes", first)) + b"sealed")
        return ArrayObject([first, ByteStringObject(digest.finalize()[:16])])

    def _update_meta(self) -> None:
        pass


class _Asking(TimeStamper):
    def __init__(self, ask: AskTime, sealed_at: datetime, accept: Accept) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._ask, self._sealed_at, self._accept = ask, sealed_at, accept

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        nonce, question = self.request_cms(  # type: ignore[no-untyped-call]
            message_digest, md_algorithm
        )
        answer = self._ask(question.dump())
        try:
            token = handle_tsp_response(tsp.TimeStampResp.load(answer, strict=True), nonce)
            found = await attested(token, message_digest, self._sealed_at)
        except Exception:  # whatever an answer that is none brings its reader to
            raise BadTime from None
        if not bare(token) or 2 * len(token.dump()) > RESERVED_FOR_TIME:
            raise BadTime
        self._accept(found.by)
        return token


def _asn1(certificate: x509.Certificate) -> asn1.Certificate:
    return asn1.Certificate.load(certificate.public_bytes(Encoding.DER))
