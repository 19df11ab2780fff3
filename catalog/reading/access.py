"""The access policy as data: the proxy enforces it and the pages print it, from one sheet."""

from typing import Literal

from pydantic import Field

from catalog.reading.kinds import Count, Sheet, YesNo

ProfileName = Literal["guia", "estricto"]


class PasswordRule(Sheet):
    minimo_caracteres: int = Field(ge=8, le=64)
    maximo_caracteres: int = Field(ge=64, le=1024)
    mayuscula: YesNo
    minuscula: YesNo
    numero: YesNo
    lista_de_claves_comunes: YesNo
    fuerza_minima: int = Field(ge=0, le=4)

    @property
    def frase(self) -> str:
        """The sentence that forms and guides show (M63)."""
        asked = {
            "una mayúscula": self.mayuscula,
            "una minúscula": self.minuscula,
            "un número": self.numero,
        }
        kinds = [name for name, wanted in asked.items() if wanted]
        sentence = f"La contraseña debe tener al menos {self.minimo_caracteres} caracteres"
        if kinds:
            *first, last = kinds
            listed = f"{', '.join(first)} y {last}" if first else last
            sentence += f", incluyendo al menos {listed}"
        return sentence + "."


class TokenRule(Sheet):
    """The token digital. `plazo_minutos` runs from the password to the code, with all resends."""

    vida_minutos: int = Field(ge=1, le=10)
    intentos: Count
    envios: Count
    espera_segundos: Count
    plazo_minutos: Count


class SessionRule(Sheet):
    inactividad_minutos: Count
    aviso_segundos: Count
    maximo_horas: Count
    simultaneas: Count


class RecoveryRule(Sheet):
    """`clave_minutos`: the time to choose a password after the code or the link was accepted."""

    enlace_horas: Count
    clave_minutos: Count


class FirstAccessRule(Sheet):
    modo: Literal["secreto", "enlace"]
    vida_horas: Count


class CaptchaRule(Sheet):
    cuando: Literal["siempre", "tras-primer-intento"]
    vida_minutos: Count


class ProfileChangeRule(Sheet):
    reautenticacion_minutos: Count
    deshacer_horas: Count


class Profile(Sheet):
    clave: PasswordRule
    token: TokenRule
    sesion: SessionRule
    recuperacion: RecoveryRule
    primer_ingreso: FirstAccessRule
    captcha: CaptchaRule
    perfil: ProfileChangeRule


class Profiles(Sheet):
    guia: Profile
    estricto: Profile


class FileLimits(Sheet):
    """Megabytes of 1,000,000 bytes, so that a page prints the size that a computer shows."""

    acto_mb: Count
    anexo_mb: Count
    anexos: Count


class Access(Sheet):
    perfiles: Profiles
    no_fui_yo_dias: Count
    archivos: FileLimits

    def profile(self, name: ProfileName) -> Profile:
        return self.perfiles.guia if name == "guia" else self.perfiles.estricto
