"""What every template may use: dates in the entity's time, the form's token, who is inside."""

from datetime import datetime
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from proxy.installation import Installation
from proxy.web.cookies import binding_of
from proxy.web.forms import TOKEN_FIELD
from proxy.web.signing import Signing


def prepare(environment: Environment, installation: Installation, signing: Signing) -> None:
    def fecha(moment: datetime) -> str:
        """dd/mm/aaaa in the entity's zone (ruling 18)."""
        return moment.astimezone(installation.zone).strftime("%d/%m/%Y")

    def hora(moment: datetime) -> str:
        """HH:MM, 24 hours, in the entity's zone."""
        return moment.astimezone(installation.zone).strftime("%H:%M")

    @pass_context
    def sello(context: Context, form: str) -> Markup:
        """The hidden field that ties a form to this browser."""
        request = context["request"]
        binding = getattr(request.state, "binding", None) or binding_of(request) or ""
        token = signing.form_token(binding, form)
        return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, token)

    @pass_context
    def url(context: Context, name: str, **params: Any) -> str:
        return str(context["request"].app.url_path_for(name, **params))

    environment.filters |= {"fecha": fecha, "hora": hora}
    environment.globals |= {
        "entity": installation.catalog.entity,
        "policy": installation.policy,
        "sello": sello,
        "url": url,
    }
