"""What each message says besides what is stored of it."""

from proxy.render import email, sms
from proxy.work import messages


def test_every_message_that_has_a_template_is_in_the_table_and_no_other() -> None:
    """One that is missing would wait, be tried and expire, and nobody would be told."""
    letters = {path.parent.name for path in email.TEMPLATES.glob("*/body.txt")}
    assert set(messages.EMAILS) == letters
    assert set(messages.SMS) == {path.stem for path in sms.TEMPLATES.glob("*.txt")}
