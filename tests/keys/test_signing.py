"""The seal of a form proves that form, in that browser, and nothing else: S52."""

import pytest

from proxy.keys.ring import KeyRing
from proxy.keys.signing import Signing

SIGNING = Signing(KeyRing({"k1": bytes(range(32))}))


@pytest.mark.parametrize(
    ("binding", "form", "accepted"),
    [
        ("of Rosa's session", "logout", True),
        ("of Rosa's session", "password", False),
        ("of Bruno's session", "logout", False),
        ("of Rosa's sessionlogout", "", False),
    ],
)
def test_the_seal_of_one_form_is_of_no_other(binding: str, form: str, accepted: bool) -> None:
    seal = SIGNING.form_token("of Rosa's session", "logout")
    assert SIGNING.is_form_token(seal, binding, form) is accepted
