"""Adds to each message what is not stored: its code, its secret and its links.

They are derived from the keys at the moment when the message is written.
"""

from collections.abc import Callable
from typing import Any

from proxy.domain.browser import in_words
from proxy.domain.codes import code_for
from proxy.domain.first_access import secret_for
from proxy.domain.secrets import grouped
from proxy.flows import first_access, opening, password, profile, recovery
from proxy.installation import Installation
from proxy.outside.mail import Unsent
from proxy.store.outbox import Message

Said = dict[str, Any]
PathOf = Callable[..., str]  # from the name of a route: see `proxy/web/routes.py`


class Writing:
    def __init__(self, message: Message, installation: Installation, path_of: PathOf) -> None:
        self.context = message.context
        self.installation = installation
        self._path_of = path_of

    def address(self, route: str, token: str) -> str:
        return self.installation.settings.origin + self._path_of(f"{route}:follow", token=token)

    def link(self, purpose: str, route: str, link_id: str) -> str:
        signed = self.installation.signing.link(purpose, bytes.fromhex(link_id))
        return self.address(route, signed)

    def key(self) -> bytes:
        key = self.installation.vault.code_key(self.context["key_id"])
        if key is None:
            raise Unsent("the key of the code was retired")
        return key


def plain(_writing: Writing) -> Said:
    return {}


def code(writing: Writing) -> Said:
    """`stop` is the link for an owner who did not ask for this code."""
    context = writing.context
    challenge, purpose = context["challenge"], context["purpose"]
    typed = code_for(writing.key(), purpose, bytes.fromhex(challenge), context["sent"])
    token = writing.installation.signing.disavowal(challenge)
    return {"code": typed, "stop": writing.address("login:disavow", token)}


def code_or_link(writing: Writing) -> Said:
    """The applicant can also answer the code of a registration by a link (M43)."""
    challenge = writing.context["challenge"]
    link = writing.link(opening.PURPOSE, "registration:link", challenge)
    return code(writing) | {"validate": link}


def secret(writing: Writing) -> Said:
    link_id = bytes.fromhex(writing.context["first_access"])
    return {"secret": grouped(secret_for(writing.key(), link_id))}


def link(purpose: str, route: str) -> Callable[[Writing], Said]:
    def linked(writing: Writing) -> Said:
        return {"link": writing.link(purpose, route, writing.context["link"])}

    return linked


def disavowal(writing: Writing) -> Said:
    link_id, days = writing.context["link"], writing.installation.policy.disavowal_life.days
    return {"link": writing.link(password.NOT_ME, "password:disavow", link_id), "days": days}


EMAILS: dict[str, Callable[[Writing], Said]] = {
    "login_code": code,
    "recovery_code": code,
    "representative_code": code,
    "email_old_code": code,
    "email_new_code": code,
    "second_email_code": code,
    "registration_code": code_or_link,
    "credentials": secret,
    "activation": link(first_access.ACTIVATION, "activation"),
    "recovery_link": link(recovery.LINK, "recovery:change"),
    "email_changed": link(profile.UNDO, "profile:undo"),
    "phone_changed": link(profile.UNDO, "profile:undo"),
    "second_email_changed": link(profile.UNDO, "profile:undo"),
    "password_changed": disavowal,
    "affiliation": plain,
    "already_registered": plain,
    "registered": plain,
    "company_waits": plain,
    "company_rejected": plain,
    "casilla_changed": plain,
    "device_forgotten": plain,
    "effect_differs": plain,
    "email_corrected": plain,
    "email_proved": plain,
    "factor_off": plain,
    "factor_on": plain,
    "new_device": plain,
    "notificacion_annulled": plain,
    "notificacion_deposited": plain,
    "notificacion_reminder": plain,
    "profile_undone": plain,
    "recovery_code_used": plain,
    "revoked": plain,
    "revoked_told": plain,
    "second_email_told": plain,
    "session_ended": plain,
    "term_postponed": plain,
    "tries": plain,
}
SMS: dict[str, Callable[[Writing], Said]] = {
    "recovery_code": code,
    "phone_code": code,
    "new_device": plain,
    "notificacion_deposited": plain,
    "password_changed": plain,
}


def said_in(message: Message, installation: Installation, path_of: PathOf) -> Said:
    settings, context = installation.settings, dict(message.context)
    context |= {
        "site": f"{settings.origin}/",
        "casilla": f"{settings.origin}{path_of('inbox:pending')}",
        "host": settings.hostname,
    }
    if "browser" in context:
        context["browser"] = in_words(context["browser"])
    build = (EMAILS if message.channel == "email" else SMS)[message.name]
    return context | build(Writing(message, installation, path_of))
