"""The filters and functions of every template: local dates, form tokens, the owner's session."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from starlette.applications import Starlette

from proxy.domain import finding
from proxy.domain.browser import in_words
from proxy.domain.client import network_of
from proxy.domain.email import masked_email
from proxy.domain.phone import masked_phone
from proxy.domain.plazo import Term
from proxy.domain.plazo_steps import amount_text
from proxy.domain.session import Holder, Session
from proxy.flows import login
from proxy.installation import Installation
from proxy.web.edge.cookies import binding_of
from proxy.web.edge.forms import TOKEN_FIELD
from proxy.web.site.assets import assets


@dataclass(frozen=True)
class End:
    """The end of an idle session; with `last`, the end that no act can postpone."""

    at: datetime
    seconds: int  # from now on
    last: bool


def end_of(installation: Installation, session: Session) -> End:
    idle = session.seen_at + installation.policy.session_idle
    at = min(idle, session.expires_at)
    return End(at, int((at - installation.clock()).total_seconds()), at < idle)


def prepare(environment: Environment, installation: Installation) -> None:
    zone, policy = installation.zone, installation.policy

    def fecha(moment: date) -> str:
        """dd/mm/aaaa in the entity's zone (R18)."""
        local = moment.astimezone(zone) if isinstance(moment, datetime) else moment
        return local.strftime("%d/%m/%Y")

    def hora(moment: datetime) -> str:
        return moment.astimezone(zone).strftime("%H:%M")

    @pass_context
    def sello(context: Context, form: str) -> Markup:
        request = context["request"]
        binding = getattr(request.state, "binding", None) or binding_of(request) or ""
        token = installation.signing.form_token(binding, form)
        return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, token)

    @lru_cache(maxsize=512)  # a page needs twenty paths, and each search walks every route
    def path(app: Starlette, name: str, **params: Any) -> str:
        return str(app.url_path_for(name, **params))

    @pass_context
    def url(context: Context, name: str, **params: Any) -> str:
        return path(context["request"].app, name, **params)

    @pass_context
    def asset(context: Context, name: str) -> str:
        return url(context, "asset", address=assets()[name].address)

    @pass_context
    def session(context: Context) -> Session | None:
        return getattr(context["request"].state, "session", None)

    @pass_context
    def holder(context: Context) -> Holder:
        return login.holder(installation.vault, context["request"].state.session)

    def contact_phone() -> Markup:
        """The telephone of the contact: a phone calls it."""
        entity = installation.catalog.entity
        link = Markup('<a class="whole" href="{}">{}</a>')
        return link.format(entity.dial, entity.contacto.called)

    def session_end(session: Session) -> End:
        return end_of(installation, session)

    environment.filters |= {"fecha": fecha, "hora": hora, "tamano": _size}
    environment.filters |= {"horas": _hours, "minutos": _minutes, "intentos": _tries}
    environment.filters |= {"celular": masked_phone, "correo": masked_email}
    environment.filters |= {"plazo": _term}
    environment.filters |= {"navegador": in_words, "red": network_of}
    environment.globals |= {
        "asset": asset,
        "entity": installation.catalog.entity,
        "finding": finding,
        "holder": holder,
        "contact_phone": contact_phone,
        "origin": installation.settings.origin,
        "policy": policy,
        "sello": sello,
        "session": session,
        "session_end": session_end,
        "url": url,
    }


def _hours(life: timedelta) -> str:
    return _counted(life // timedelta(hours=1), "hora")


def _term(term: Term) -> str:
    return amount_text(term.amount, term.unit)


def _tries(left: int) -> str:
    return "1 intento" if left == 1 else f"{left} intentos"


def _minutes(life: timedelta) -> str:
    return _counted(life // timedelta(minutes=1), "minuto")


def _counted(many: int, one: str) -> str:
    return f"{many} {one if many == 1 else one + 's'}"


def _size(count: int) -> str:
    """«340 KB», «1.2 MB»: units of a thousand bytes."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))}\N{NO-BREAK SPACE}KB"
    return f"{count / 1_000_000:.1f}\N{NO-BREAK SPACE}MB"
