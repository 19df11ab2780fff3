"""Which addresses are accepted, and what becomes of them: S82."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from unicodedata import normalize

import idna
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.reading.reader import FOLDER, read_catalog
from proxy.domain.email import ascii_form, compared, parse_email
from proxy.errors import Refusal
from proxy.render.email import Envelope, letter

LOCAL = st.text("abzABZ019.!#$%&'*+-/=?^_`{|}~ñé\u200b\"(),:;<>@[]\\ ", min_size=1, max_size=70)
LABEL = st.text("abzABZ019-ñßéçωд中ｅ\u00ad\u200d", min_size=1, max_size=70)
DOMAIN = st.lists(LABEL, min_size=1, max_size=5).map(".".join)
ADDRESS = st.builds("{}@{}".format, LOCAL, DOMAIN.map(lambda domain: f"{domain}.pe"))


ENTITY = read_catalog(FOLDER).entity


def written(recipient: str) -> EmailMessage:
    """As the mailer writes it, and as a mail server reads it."""
    envelope = Envelope("<1@casilla.example>", recipient, datetime(2026, 11, 29, tzinfo=UTC))
    sent = letter("notificacion_deposited", envelope, ENTITY, casilla="https://casilla.example/")
    return message_from_bytes(sent.as_bytes(), policy=policy.SMTP)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Rosa.Quispe+casilla@EXAMPLE.com ", "Rosa.Quispe+casilla@example.com"),
        ("\u200brosa@example.com\u200e\ufeff", "rosa@example.com"),
        ("rosa@faß.de", "rosa@xn--fa-hia.de"),
        ("rosa@peña.pe", "rosa@xn--pea-8ma.pe"),
        ("rosa@pen\u0303a.pe", "rosa@xn--pea-8ma.pe"),
        ("rosa@XN--PEA-8MA.pe", "rosa@xn--pea-8ma.pe"),
        ("o'neil@example.com", "o'neil@example.com"),
    ],
)
def test_an_address_is_kept_in_ascii_as_it_was_checked(typed: str, kept: str) -> None:
    """S82"""
    assert parse_email(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "nuñez@example.com",
        "josé@example.com",
        "jose\u0301@example.com",
        "ro\u200bsa@example.com",
        "rosa@exam\u00adple.com",
        "rosa@ｅxample.com",
        "rosa@example。com",
        "rosa@ﬁn.com",
        "ｒosa@example.com",
    ],
)
def test_an_address_is_not_mended_and_the_sentence_says_what_is_wrong(typed: str) -> None:
    """S82"""
    with pytest.raises(Refusal) as refused:
        parse_email(typed)
    assert refused.value.code == "email.letters"


@pytest.mark.parametrize(
    "typed", ["", "ñ", "rosa", "rosa@", "@example.com", "a@b", "a b@c.pe", "=?a?q?b?=@c.pe"]
)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_email(typed)
    assert refused.value.code == "email.malformed"


@given(ADDRESS)
@example("a" * 64 + "@" + ".".join(["b" * 60] * 3) + ".pe")
@example("rosa@faß.pe")
@example("=?utf-8?q?rosa?=@example.pe")
def test_whatever_is_accepted_can_be_written_and_goes_where_it_was_checked(
    typed: str,
) -> None:
    """S82"""
    try:
        address = parse_email(typed)
    except Refusal:
        return
    assert address.isascii() and parse_email(address) == address == ascii_form(address)
    (recipient,) = written(address)["To"].addresses
    assert recipient.addr_spec == address
    domain = normalize("NFC", typed.strip().rpartition("@")[2]).lower()
    assert recipient.domain in (domain, idna.encode(domain).decode())


@pytest.mark.parametrize(
    ("stored", "form"),
    [
        ("rosa@faß.de", "rosa@xn--fa-hia.de"),
        ("rosa@peña.pe", "rosa@xn--pea-8ma.pe"),
        ("Rosa@example.com", "Rosa@example.com"),
        ("nuñez@example.com", None),
        ("=?a?q?b?=@example.com", None),
    ],
)
def test_an_address_of_an_older_version_goes_where_it_was_checked_or_nowhere(
    stored: str, form: str | None
) -> None:
    """S82"""
    assert ascii_form(stored) == form
    if form:
        assert written(stored)["To"].addresses[0].addr_spec == form
        assert compared(stored) == compared(form.upper())


def test_another_letter_makes_another_address() -> None:
    """S41, S82"""
    assert compared("rosa@faß.de") != compared("rosa@fass.de")
    assert compared("Rosa@EXAMPLE.com") == compared("rosa@example.com")
