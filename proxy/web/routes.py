"""Every address and its handler. A form is sent to an address that also shows it."""

from starlette.middleware import Middleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, Router

from proxy.web import (
    captcha,
    devices,
    export,
    factor,
    inbox,
    login,
    password,
    plazos,
    profile,
    proof,
    recovery,
    recovery_link,
    revocation,
)
from proxy.web.api.routes import api
from proxy.web.edge import csrf, errors, guards, health, violations
from proxy.web.edge.pages import Handler
from proxy.web.mailed import follow
from proxy.web.registration import opening, representation, steps
from proxy.web.site import assets

BODY_BYTES = 64 * 1024


def form(path: str, show: Handler, send: Handler, name: str) -> Route:
    """One route for both methods, so that a 405 names both."""

    async def either(request: Request) -> Response:
        return await (send if request.method == "POST" else show)(request)

    return Route(path, either, methods=["GET", "POST"], name=name)


def mailed(path: str, form_name: str) -> Route:
    """The address in a message. It holds a token, so it only leads on to a form."""
    return Route(f"{path}{{token}}/", follow(form_name), name=f"{form_name}:follow")


# fmt: off
CASILLA: list[BaseRoute] = [
    # Login: DNI and password, then the token digital
    form("/ingresar/", login.password_form, login.check_password, name="login:password"),
    form("/token/", login.code_form, login.check_code, name="login:code"),
    form("/token/reenviar/", login.code_form, login.resend_code, name="login:resend"),
    form("/no-fui-yo/", login.disavow_form, login.disavow, name="login:disavow"),
    form("/pase/", login.pass_form, login.use_pass, name="login:pass"),
    mailed("/pase/", "login:pass"),
    form("/salir/", login.left, login.logout, name="login:logout"),
    # The change of password, and «No fui yo»
    form("/clave/", password.change_form, password.change, name="password:change"),
    form("/no-fui-yo/clave/", password.disavow_form, password.disavow, name="password:disavow"),
    mailed("/no-fui-yo/clave/", "password:disavow"),
    mailed("/no-fui-yo/", "login:disavow"),  # after «clave/», which is no token
    # Recovery by code, and by link
    form("/recuperar/", recovery.start_form, recovery.start, name="recovery:start"),
    form("/recuperar/canal/", recovery.channel_form, recovery.send, name="recovery:channel"),
    form("/recuperar/token/", recovery.code_form, recovery.verify, name="recovery:code"),
    form("/recuperar/reenviar/", recovery.resend_form, recovery.resend, name="recovery:resend"),
    form("/recuperar/clave/", recovery.choosing, recovery.choose, name="recovery:choose"),
    Route("/recuperar/listo/", recovery.done, name="recovery:done"),
    form("/recuperar/correo/", recovery_link.ask_form, recovery_link.ask, name="recovery:link"),
    Route("/recuperar/enviado/", recovery_link.sent, name="recovery:sent"),
    mailed("/recuperar/enlace/", "recovery:change"),
    form("/recuperar/cambio/", recovery_link.change_form, recovery_link.change, name="recovery:change"),
    form("/recuperar/renovar/", recovery_link.change_form, recovery_link.renew, name="recovery:renew"),
    # Registration, up to the first access
    form("/registro/", steps.terms_form, steps.accept_terms, name="registration:terms"),
    form("/registro/privacidad/", steps.privacy_form, steps.accept_privacy, name="registration:privacy"),
    form("/registro/persona/", steps.persona_form, steps.choose_persona, name="registration:persona"),
    form("/registro/datos/", steps.data_form, steps.send_data, name="registration:data"),
    form("/registro/revision/", steps.review_form, steps.confirm, name="registration:review"),
    form("/registro/representante/", representation.start_form, representation.summon, name="registration:representative"),
    form("/registro/representante/clave/", representation.code_form, representation.check_code, name="representative:code"),
    form("/registro/representante/reenviar/", representation.code_form, representation.resend, name="representative:resend"),
    form("/registro/representante/datos/", representation.data_form, representation.prove, name="representative:data"),
    form("/registro/correo/", opening.email_form, opening.validate, name="registration:email"),
    form("/registro/correo/reenviar/", opening.email_form, opening.resend, name="registration:resend"),
    form("/registro/enlace/", opening.link_form, opening.validate_link, name="registration:link"),
    mailed("/registro/enlace/", "registration:link"),
    Route("/registro/listo/", opening.done, name="registration:done"),
    Route("/registro/en-espera/", opening.told_to_wait, name="registration:waits"),
    form("/activar/", opening.activation_form, opening.activate, name="activation"),
    mailed("/activar/", "activation"),
    # Inbox
    Route("/", inbox.pending, name="inbox:pending"),
    Route("/leidos/", inbox.read, name="inbox:read"),
    Route("/notificaciones/{id}/", inbox.detail, name="inbox:detail"),
    Route("/notificaciones/{id}/ver/", inbox.open, methods=["POST"], name="inbox:open"),
    Route("/notificaciones/{id}/acto/", inbox.acto, name="inbox:acto"),
    Route("/notificaciones/{id}/anexos/{position}/", inbox.anexo, name="inbox:anexo"),
    Route("/notificaciones/{id}/anexos.zip", inbox.anexos, name="inbox:anexos"),
    Route("/notificaciones/{id}/plazo.ics", inbox.ics, name="inbox:ics"),
    Route("/constancias/{number}.pdf", inbox.constancia, name="inbox:constancia"),
    Route("/exportar/{list}.xlsx", export.xlsx, name="export:xlsx"),
    Route("/exportar/{list}.pdf", export.pdf, name="export:pdf"),
    # Profile, second factor, sessions and devices
    form("/perfil/", profile.data, profile.update, name="profile:data"),
    form("/perfil/codigo/", profile.code_form, profile.check_code, name="profile:code"),
    form("/perfil/codigo/reenviar/", profile.code_form, profile.resend, name="profile:resend"),
    form("/perfil/celular/quitar/", profile.data, profile.remove_phone, name="profile:remove_phone"),
    form("/perfil/segundo-correo/quitar/", profile.data, profile.remove_second_email, name="profile:remove_second"),
    form("/perfil/baja/", revocation.show, revocation.revoke, name="revocation"),
    form("/perfil/deshacer/", profile.undo_form, profile.undo, name="profile:undo"),
    mailed("/perfil/deshacer/", "profile:undo"),
    form("/confirmar/", proof.confirm_form, proof.confirm, name="proof:confirm"),
    form("/segundo-factor/", factor.overview, factor.begin, name="factor:overview"),
    form("/segundo-factor/activar/", factor.confirm_form, factor.confirm, name="factor:confirm"),
    form("/segundo-factor/codigos/", factor.renew_form, factor.renew, name="factor:renew"),
    form("/segundo-factor/desactivar/", factor.turn_off_form, factor.turn_off, name="factor:off"),
    Route("/sesiones/", devices.listing, name="devices:list"),
    Route("/sesiones/seguir/", devices.stay, name="devices:stay"),
    Route("/sesiones/cerrar/", devices.end_others, methods=["POST"], name="devices:end_others"),
    Route("/sesiones/{id}/cerrar/", devices.end_one, methods=["POST"], name="devices:end_one"),
    Route("/sesiones/equipos/{id}/olvidar/", devices.forget, methods=["POST"], name="devices:forget"),
    # The calculator of /plazos/, for anybody
    Route("/plazos/", plazos.show, name="plazos"),
    # What pages load
    Route("/captcha/{riddle}/imagen/", captcha.image, name="captcha:image"),
    Route("/captcha/{riddle}/sonido/", captcha.sound, name="captcha:sound"),
    Route("/estilo/{address}", assets.asset, name="asset"),
]
# fmt: on


def routes(origin: str) -> list[BaseRoute]:
    door = [
        Middleware(errors.LastResort),
        Middleware(guards.SmallBodies, most=BODY_BYTES),
        Middleware(csrf.SameOrigin, origin=origin),
        Middleware(ExceptionMiddleware, handlers=errors.HANDLERS),
    ]
    return [
        Mount("/casilla", routes=CASILLA, middleware=door),
        *api(),
        Route("/salud", health.alive, name="alive"),
        Route("/listo", health.ready, name="ready"),
        Route("/csp", violations.report, methods=["POST"], name="violations", middleware=door),
    ]


_table = Router(routes("http://localhost"))


def path_of(name: str, **params: str) -> str:
    """For messages: they are written outside any request."""
    return str(_table.url_path_for(name, **params))
