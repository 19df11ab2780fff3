"""E-mail addresses, kept in the ASCII form that was validated (S82).

An address is never folded or mended: what is accepted can be written into a message, and reaches
the domain that was checked.
"""

import unicodedata

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from proxy.domain.pasted import trimmed
from proxy.errors import Refusal

# It begins an encoded word (RFC 2047): a header with it is read as something else.
ENCODED = "=?"


def parse_email(text: str) -> str:
    """Refuses `email.malformed`, and `email.letters` when no message could be written. Asks no
    server."""
    address = trimmed(text)
    try:
        found = _validated(address)
    except EmailNotValidError:
        raise _refusal(address) from None
    # The validator also maps signs to letters («ｅ» to «e»): nobody typed that domain.
    typed = unicodedata.normalize("NFC", address.rpartition("@")[2].lower())
    if typed not in (found.domain, found.ascii_domain) or ENCODED in address:
        raise _refusal(address)
    return _ascii(found)


def ascii_form(address: str) -> str | None:
    """A stored address, as a message writes it. None: no message can be written to it.

    Version 0.2.0 stored addresses in Unicode.
    """
    if address.isascii():
        return None if ENCODED in address else address
    try:
        return _ascii(_validated(address))
    except EmailNotValidError:
        return None


def compared(address: str) -> str:
    """Two addresses with the same result are one (S41)."""
    return (ascii_form(address) or address).lower()


def masked_email(address: str) -> str:
    user, _, domain = address.rpartition("@")
    return f"{user[:1]}{'•' * 6}@{domain}"


def _refusal(address: str) -> Refusal:
    foreign = "@" in address and not address.isascii()
    return Refusal("email.letters" if foreign else "email.malformed")


def _validated(address: str) -> ValidatedEmail:
    return validate_email(address, allow_smtputf8=False, check_deliverability=False)


def _ascii(found: ValidatedEmail) -> str:
    return f"{found.local_part}@{found.ascii_domain}"
