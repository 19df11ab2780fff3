"""To whom a message goes: an e-mail address, or a number in E.164."""

import re


def nameless(text: str, recipient: str) -> str:
    """What a server said, without the address or number that it repeats."""
    if not recipient:
        return text
    user, at, domain = recipient.rpartition("@")
    if at:
        forms = "|".join(re.escape(f"{user}@{form}") for form in {domain, as_ascii(domain)})
    else:
        # With or without the country, and however it is grouped.
        country, last = recipient[1:-9], recipient[-9:]
        between = r"[\s.()-]*"
        forms = rf"(?:(?:\+|%2B)?{between.join(country)}{between})?{between.join(last)}"
    return re.sub(forms, "el destinatario", text, flags=re.IGNORECASE)


def masked_email(address: str) -> str:
    """What a screen may show to who looks over a shoulder: where it is, and how it begins."""
    user, _, domain = address.rpartition("@")
    return f"{user[:1]}{'•' * 6}@{domain}"


def as_ascii(domain: str) -> str:
    """As mail servers know it: «ñandú.pe» is xn--and-6ma2c.pe to them."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
