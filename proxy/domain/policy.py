"""The access policy that the sheet catalog/access.yml states, as the proxy enforces it."""

from dataclasses import dataclass
from datetime import timedelta

from catalog.reading.access import PasswordRule, Profile


@dataclass(frozen=True)
class Policy:
    password: PasswordRule
    code_life: timedelta
    code_attempts: int
    code_sends: int
    resend_wait: timedelta
    visit_life: timedelta  # from the first code to the right one, however often it is resent
    session_idle: timedelta
    session_warning: timedelta  # before the idle end
    session_life: timedelta
    sessions_at_once: int
    recovery_link_life: timedelta
    choose_life: timedelta  # to choose a password once the code or the link was accepted
    first_access_by_link: bool  # or else by a secret that serves once
    first_access_life: timedelta
    captcha_always: bool  # or else only after a first try, and never of a known browser
    captcha_life: timedelta
    proof_life: timedelta  # how long a fresh proof of who one is counts, to change the profile
    undo_life: timedelta  # until when the old address can undo a change
    sms_a_day: int = 1000  # for the whole entity; of the settings and not of the sheet


def policy_of(profile: Profile) -> Policy:
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
    )
