"""What an installation may change: the environment variables CASILLA_…"""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """Read once, when a command starts, and handed down. Nothing else reads the environment."""

    model_config = SettingsConfigDict(env_prefix="CASILLA_", env_file=".env", extra="ignore")

    database_url: str = "sqlite:///var/casilla.db"
    origin: str = "http://localhost:8000"
    keys_file: Path = Path("var/claves.json")
    mail_url: str = "maildir:var/correo"
    documents_url: str = "var/documentos"
    site_dir: Path = Path("site")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    profile: Literal["guia", "estricto"] = "guia"

    @field_validator("origin")
    @classmethod
    def _bare_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.path not in ("", "/")
        ):
            raise ValueError("debe ser como https://casilla.entidad.gob.pe, sin ruta")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @property
    def hostname(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.origin)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def local(self) -> bool:
        """Whether this is somebody's own machine, where demonstration people may live."""
        return self.hostname in ("localhost", "127.0.0.1", "::1")
