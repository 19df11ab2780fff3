"""The access policy of the sheet catalog/access.yml, in the types that the proxy uses."""

from dataclasses import dataclass
from datetime import timedelta

from catalog.reading.access import Access, PasswordRule, ProfileName


@dataclass(frozen=True)
class Policy:
    password: PasswordRule
    code_life: timedelta
    code_attempts: int
    code_sends: int
    resend_wait: timedelta
    visit_life: timedelta  # from the first code to the right one; a resend does not extend it
    session_idle: timedelta
    session_warning: timedelta  # how long before the idle end the page warns
    session_life: timedelta
    sessions_at_once: int
    recovery_link_life: timedelta
    choose_life: timedelta  # to choose a password after the right code
    first_access_by_link: bool  # False: by a secret that serves once
    first_access_life: timedelta
    captcha_always: bool  # False: after a first try, and never for a known browser
    captcha_life: timedelta
    proof_life: timedelta  # how long a login or a repeated password counts as a proof
    undo_life: timedelta  # how long the old address can undo a change
    disavowal_life: timedelta  # how long the link «No fui yo» of a message serves
    sms_a_day: int = 1000  # for the whole entity; from the settings, not from the sheet


def policy_of(access: Access, name: ProfileName) -> Policy:
    profile = access.profile(name)
    token, session, recovery = profile.token, profile.sesion, profile.recuperacion
    return Policy(
        password=profile.clave,
        code_life=timedelta(minutes=token.vida_minutos),
        code_attempts=token.intentos,
        code_sends=token.envios,
        resend_wait=timedelta(seconds=token.espera_segundos),
        visit_life=timedelta(minutes=token.plazo_minutos),
        session_idle=timedelta(minutes=session.inactividad_minutos),
        session_warning=timedelta(seconds=session.aviso_segundos),
        session_life=timedelta(hours=session.maximo_horas),
        sessions_at_once=session.simultaneas,
        recovery_link_life=timedelta(hours=recovery.enlace_horas),
        choose_life=timedelta(minutes=recovery.clave_minutos),
        first_access_by_link=profile.primer_ingreso.modo == "enlace",
        first_access_life=timedelta(hours=profile.primer_ingreso.vida_horas),
        captcha_always=profile.captcha.cuando == "siempre",
        captcha_life=timedelta(minutes=profile.captcha.vida_minutos),
        proof_life=timedelta(minutes=profile.perfil.reautenticacion_minutos),
        undo_life=timedelta(hours=profile.perfil.deshacer_horas),
        disavowal_life=timedelta(days=access.no_fui_yo_dias),
    )
