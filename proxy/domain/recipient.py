"""The recipient of a message: an e-mail address, or a number in E.164."""

import re

from proxy.domain.email import ascii_form


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
