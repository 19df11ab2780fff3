"""The recipient of a message: an e-mail address, or a number in E.164."""

import re


def nameless(text: str, recipient: str) -> str:
    """Replace the recipient, which a server repeats in its answer."""
    if not recipient:
        return text
    user, at, domain = recipient.rpartition("@")
    if at:
        forms = "|".join(re.escape(f"{user}@{form}") for form in {domain, as_ascii(domain)})
    else:
        # A server may omit the country, and may group the digits.
        country, last = recipient[1:-9], recipient[-9:]
        between = r"[\s.()-]*"
        forms = rf"(?:(?:\+|%2B)?{between.join(country)}{between})?{between.join(last)}"
    return re.sub(forms, "el destinatario", text, flags=re.IGNORECASE)


def masked_email(address: str) -> str:
    user, _, domain = address.rpartition("@")
    return f"{user[:1]}{'•' * 6}@{domain}"


def as_ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
