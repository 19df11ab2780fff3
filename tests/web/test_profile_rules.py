"""What PERFIL and its codes print is what they enforce: S38, S51, S52."""

import pytest

from proxy.installation import Installation
from tests.clock import Clock
from tests.web.letters import sent_code
from tests.web.test_factor import Owner
from tests.web.test_profile import CODE, MOBILE, PROFILE, answer, update
from tests.web.visitor import Visitor

AGAIN = "Si pide otro, el anterior deja de servir. Puede pedirlo pasados 30 segundos."


@pytest.mark.parametrize("profile", ["guia", "estricto"])
def test_who_has_an_app_is_not_told_to_open_the_registered_e_mail(
    her: Visitor, clock: Clock
) -> None:
    """M42, S29: the code of the app takes its place."""
    mail = "Para cambiar sus datos necesita abrir el correo registrado"
    app = "Para cambiar sus datos necesita su aplicación de códigos"
    before = her.get(PROFILE).text
    assert mail in before and app not in before
    Owner(her, clock).turn_on()
    after = her.get(PROFILE).text
    assert app in after and mail not in after
    update(her, celular=MOBILE)
    asked = her.get(CODE).text
    assert ">Código de su aplicación o de recuperación</label>" in asked
    assert "Tiene 5 intentos" in asked


def test_each_code_says_when_another_one_can_be_asked_for(
    her: Visitor, installation: Installation
) -> None:
    update(her, celular=MOBILE)
    assert AGAIN in her.get(CODE).text
    code = sent_code(installation, "email_old_code")
    assert "tiene 4 intentos." in answer(her, f"{(int(code) + 1) % 1_000_000:06}").text
    assert "tiene 4 intentos." in her.get(CODE).text
    answer(her, code)
    by_sms = her.get(CODE).text
    assert "Enviamos por SMS" in by_sms and AGAIN in by_sms
