"""The recipient of a message: an e-mail address, or a number in E.164. What came back from it."""

import re
from dataclasses import dataclass

from proxy.domain.email import ascii_form, masked_email
from proxy.domain.phone import masked_phone


@dataclass(frozen=True)
class Bounce:
    """What a mail server says of a message that it took before (RFC 3464)."""

    message_id: str  # as the outbox has it
    recipient: str
    failed: bool  # False: it is late, and tried again by that server
    said: str


def masked(recipient: str) -> str:
    """Empty for none."""
    if not recipient:
        return ""
    return masked_email(recipient) if "@" in recipient else masked_phone(recipient)


def one_line(text: str) -> str:
    """Any server may have written it: without what a terminal would obey."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def nameless(text: str, recipient: str) -> str:
    """Replace the recipient, which a server repeats in its answer."""
    if not recipient:
        return text
    if "@" in recipient:
        forms = "|".join(map(re.escape, {recipient, ascii_form(recipient) or recipient}))
    else:
        # A server may omit the country, and may group the digits.
        country, last = recipient[1:-9], recipient[-9:]
        between = r"[\s.()-]*"
        forms = rf"(?:(?:\+|%2B)?{between.join(country)}{between})?{between.join(last)}"
    return re.sub(forms, "el destinatario", text, flags=re.IGNORECASE)
