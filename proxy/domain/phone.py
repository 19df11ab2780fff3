"""Mobile numbers, written as E.164: +51987654321."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from proxy.domain.pasted import clean
from proxy.errors import Refusal

COUNTRY = "PE"
# In some countries, such as the United States, a number does not tell fixed from mobile.
MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
TYPED = re.compile(r"\+?[\d\s().-]{6,30}", re.ASCII)
# Some people type the country as if it were the code of a city.
PERU_AS_A_CITY = re.compile(r"^051(?=9\d{8}$)")


def parse_phone(text: str) -> str:
    """Read a mobile number. It is of Peru, unless it has + or 00 and another country.

    Refuses `phone.fixed` when no SMS arrives there, and `phone.malformed`.
    """
    typed = clean(text)
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
    return f"{'•' * 6}{number[-3:]}"
