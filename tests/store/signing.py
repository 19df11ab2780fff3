"""Actos that somebody signed, as an office does."""

import datetime
import io

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs7 import (
    PKCS7Options,
    PKCS7SignatureBuilder,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates

from tests.casilla import pdf

ROOM = 4000  # bytes, for a signature
NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
NAME = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Ana Torres Inventada")])


def _signer() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(65537, 2048)
    usage = x509.KeyUsage(True, True, False, False, False, False, False, False, False)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + datetime.timedelta(days=365))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def signed() -> bytes:
    """In a revision of its own behind the acto, as PDF has it since 1.3 (adbe.pkcs7.detached)."""
    source = pdf("firmado")
    before = source.rsplit(b"startxref\n", 1)[1].split(b"\n")[0]
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] /SigFlags 3 >> >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>",
        4: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (Firma) /Rect [0 0 0 0] /V 5 0 R >>",
        5: b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /adbe.pkcs7.detached "
        b"/ByteRange [0 0000000000 0000000000 0000000000] "
        b"/Contents <" + b"0" * 2 * ROOM + b"> >>",
    }
    content, rows = source, b""
    for number, one in objects.items():
        rows += b"%d 1\n%010d 00000 n \n" % (number, len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    end = b"trailer\n<< /Size 6 /Root 1 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n"
    content += b"xref\n" + rows + end % (before, len(content))
    start = content.index(b"/Contents <") + len(b"/Contents ")
    after = start + 2 * ROOM + 2
    ranges = b"[0 %010d %010d %010d]" % (start, after, len(content) - after)
    content = content.replace(b"[0 0000000000 0000000000 0000000000]", ranges)
    key, certificate = _signer()
    made = (
        PKCS7SignatureBuilder()
        .set_data(content[:start] + content[after:])
        .add_signer(certificate, key, hashes.SHA256())
        .sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])
    )
    return content[: start + 1] + made.hex().encode().ljust(2 * ROOM, b"0") + content[after - 1 :]


def sealed(times: int) -> bytes:
    """PAdES, so many times, each in a revision of its own, with what shows on the page."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers

    from proxy.keys.seal import in_a_loop

    key, certificate = _signer()
    stored = serialize_key_and_certificates(b"a", key, certificate, None, NoEncryption())
    signer = signers.SimpleSigner.load_pkcs12_data(stored, [], None)
    assert signer
    content = pdf("firmado")
    for number in range(times):
        name = f"Firma{number}"
        writer = IncrementalPdfFileWriter(io.BytesIO(content))
        place = fields.SigFieldSpec(name, on_page=0, box=(20, 20 + 60 * number, 220, 70))
        how = signers.PdfSignatureMetadata(
            field_name=name, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm="sha256"
        )
        one = signers.PdfSigner(how, signer, new_field_spec=place)
        out = in_a_loop(one.async_sign_pdf(writer))
        content = out.getvalue()
    return content
