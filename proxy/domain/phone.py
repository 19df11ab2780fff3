"""Mobile numbers, written as E.164: +51987654321."""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from proxy.errors import Refusal

COUNTRY = "PE"
# In some countries, as in the United States, a number does not tell which of the two it is.
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
TYPED = re.compile(r"\+?[\d\s().-]{6,30}", re.ASCII)
# The country typed as if it were the code of a city.
PERU_AS_A_CITY = re.compile(r"^051(?=9\d{8}$)")


def parse_phone(text: str) -> str:
    """Read a mobile number; of Peru, unless it begins with + or 00 and another country.

    Refuses `phone.fixed` when an SMS would not arrive there, and `phone.malformed` otherwise.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if not TYPED.fullmatch(typed):
        raise Refusal("phone.malformed")
    digits = re.sub(r"[^\d+]", "", typed)
    digits = re.sub(r"^00", "+", PERU_AS_A_CITY.sub("+51", digits))
    try:
        number = phonenumbers.parse(digits, COUNTRY)
    except NumberParseException:
        raise Refusal("phone.malformed") from None
    if not phonenumbers.is_valid_number(number):
        raise Refusal("phone.malformed")
    if phonenumbers.number_type(number) not in MOBILE:
        raise Refusal("phone.fixed")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def masked_phone(number: str) -> str:
    """What a screen may show to who looks over a shoulder: the last three digits."""
    return f"{'•' * 6}{number[-3:]}"
