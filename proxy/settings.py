"""The settings of an installation: the environment variables CASILLA_…"""

import os
import re
from collections.abc import Mapping, Sequence
from ipaddress import (
    IPv4Network,
    IPv6Network,
    collapse_addresses,
    ip_address,
    ip_network,
)
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from catalog.reading.reader import FOLDER, lacking

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

HEADER = re.compile(r"[A-Za-z0-9-]+")
VALUE = re.compile(r"[!-~]([ -~]*[!-~])?|")
ENGINES = ("sqlite", "postgresql", "postgresql+psycopg")
HOST = re.compile(r"[a-z0-9.:-]+")
DIGEST = re.compile(rb"[0-9A-Fa-f]{40}[:\r\n]")
ADDRESS = re.compile(r"[!-~]+")
ENCRYPTED = {"require", "verify-ca", "verify-full"}


class Settings(BaseSettings):
    """A command reads the settings once, when it starts, and hands them down."""

    model_config = SettingsConfigDict(
        env_prefix="CASILLA_", env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    # Before what it allows: each setting is checked in this order.
    allow_plain: Annotated[tuple[Literal["smtp", "postgresql"], ...], NoDecode] = ()
    database_url: str = Field("sqlite:///var/casilla.db", repr=False)
    origin: str = "http://localhost:8000"
    catalog_dir: Path = FOLDER
    keys_file: Path = Path("var/claves.json")
    mail_url: str = Field("maildir:var/correo", repr=False)
    mail_senders: Annotated[int, Field(ge=1, le=10)] = 4
    sms_url: str = Field("maildir:var/sms", repr=False)
    sms_token: str = Field("", repr=False)
    sms_a_day: Annotated[int, Field(ge=1)] = 1000
    bounces: str = ""
    identity_url: str = Field("padron:", repr=False)
    identity_token: str = Field("", repr=False)
    identity_headers: Annotated[tuple[tuple[str, str], ...], NoDecode] = Field((), repr=False)
    identity_connect_seconds: Annotated[float, Field(gt=0, le=10)] = 2
    identity_read_seconds: Annotated[float, Field(gt=0, le=30)] = 5
    seal_file: str = ""
    seal_password: str = Field("", repr=False)
    tsa_url: str = ""
    documents_url: str = "var/documentos"
    site_dir: Path = Path("site")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    breached_file: str = ""
    profile: Literal["guia", "estricto"] = "guia"

    @field_validator("database_url")
    @classmethod
    def _one_of_two_engines(cls, value: str, info: ValidationInfo) -> str:
        engine, _, where = value.partition("://")
        if engine not in ENGINES or not where.strip("/"):
            raise ValueError(
                "debe ser sqlite:///CARPETA/archivo.db o "
                "postgresql://usuario:clave@servidor:5432/base"
            )
        if engine != "sqlite":
            parts = _parted(value)
            if "postgresql" not in info.data.get("allow_plain", ()):
                _refuse_plain_database(parts, os.environ)
        return value

    @field_validator("origin")
    @classmethod
    def _bare_origin(cls, value: str) -> str:
        """Browsers keep the cookies of the casilla only under TLS, or on this machine."""
        parts = urlsplit(value)
        host = parts.hostname or ""
        whole = parts.scheme in ("http", "https") and HOST.fullmatch(host)
        if not whole or parts.path not in ("", "/"):
            raise ValueError("debe ser como https://casilla.entidad.gob.pe, sin ruta")
        if parts.scheme == "http" and not _is_this_machine(host):
            raise ValueError("debe empezar con https; http solo vale para esta misma máquina")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("keys_file", "documents_url", "site_dir", mode="before")
    @classmethod
    def _a_path(cls, value: object) -> object:
        if "://" in str(value) or not str(value).strip():
            raise ValueError("debe ser una ruta de este servidor")
        return value

    @field_validator("breached_file")
    @classmethod
    def _sorted_digests(cls, value: str) -> str:
        if not value:
            return value
        try:
            with open(value, "rb") as file:
                first = file.readline(100)
        except OSError:
            raise ValueError("no se puede leer ese archivo") from None
        if not DIGEST.match(first):
            raise ValueError("debe ser un archivo con un SHA-1 en cada línea, ordenados")
        return value

    @field_validator("catalog_dir", mode="before")
    @classmethod
    def _shipped_when_empty(cls, value: object) -> object:
        return value if str(value).strip() else FOLDER

    @field_validator("catalog_dir")
    @classmethod
    def _with_sheets(cls, value: Path) -> Path:
        if reason := lacking(value):
            raise ValueError(reason)
        return value

    @field_validator("profile", mode="before")
    @classmethod
    def _in_small_letters(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        networks: list[IPv4Network | IPv6Network] = []
        for one in value:
            try:
                network = ip_network(one, strict=False)
            except ValueError:
                raise ValueError(f"«{one}» no es una dirección IP ni una red") from None
            networks.append(network)
        # Two halves are all of it, too.
        old = collapse_addresses(one for one in networks if isinstance(one, IPv4Network))
        new = collapse_addresses(one for one in networks if isinstance(one, IPv6Network))
        mapped = IPv6Network("::ffff:0:0/96")  # every address of IPv4, as IPv6 writes it
        whole = any(one.prefixlen == 0 for one in old)
        if whole or any(one.supernet_of(mapped) for one in new):
            raise ValueError(
                f"«{', '.join(value)}» es todo Internet: cualquiera podría decir de dónde "
                "viene. Escriba solo las direcciones de sus proxies, como 127.0.0.1"
            )
        return value

    @field_validator("trusted_proxies", "allow_plain", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip().lower() for part in value.split(",") if part.strip())
        return value

    @field_validator("sms_url")
    @classmethod
    def _folder_or_service(cls, value: str) -> str:
        """Up to 0.2.0 the address could hold placeholders such as {numero}. They are refused."""
        if value.startswith("maildir:") and value != "maildir:":
            return value
        if "{" not in value and is_service(value):
            return value
        raise ValueError(
            "debe ser maildir:CARPETA o la dirección https de su servicio de mensajes, sin usuario "
            "ni clave y sin {numero} ni {texto}, que van en un pedido JSON (vea «Mensajes de "
            "texto» en el manual, /manual/ajustes/); http solo vale para esta misma máquina"
        )

    @field_validator("bounces")
    @classmethod
    def _a_maildir(cls, value: str) -> str:
        if not value or value.removeprefix("maildir:") not in ("", value):
            return value
        raise ValueError("debe ser como maildir:/srv/rebotes: la carpeta de lo que se devuelve")

    @field_validator("identity_url")
    @classmethod
    def _register_or_service(cls, value: str) -> str:
        """Personal data leaves this machine only under TLS."""
        if value == "padron:" or is_service(value):
            return value
        raise ValueError(
            "debe ser «padron:» o una dirección https, sin usuario ni clave; "
            "http solo vale para esta misma máquina"
        )

    @field_validator("tsa_url")
    @classmethod
    def _an_authority_of_time(cls, value: str) -> str:
        if not value or is_service(value):
            return value
        raise ValueError(
            "debe ser la dirección https de una autoridad de sellado de tiempo (RFC 3161), sin "
            "usuario ni clave; http solo vale para esta misma máquina"
        )

    @field_validator("identity_token", "sms_token")
    @classmethod
    def _of_one_line(cls, value: str) -> str:
        if VALUE.fullmatch(value):
            return value
        raise ValueError("tiene espacios alrededor o caracteres que no se pueden enviar")

    @field_validator("identity_headers", mode="before")
    @classmethod
    def _header_pairs(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.partition(":") for part in value.split("|") if part.strip()]
        headers = tuple((name.strip(), told.strip()) for name, _, told in pairs)
        if all(HEADER.fullmatch(name) and told and VALUE.fullmatch(told) for name, told in headers):
            return headers
        raise ValueError("debe ser como «X-Entidad: 123 | X-Clave: abc»")

    @property
    def sends_sms(self) -> bool:
        """Whether there is a service of messages. On a person's own machine, its folder is one."""
        return self.local or not self.sms_url.startswith("maildir:")

    @property
    def hostname(self) -> str:
        return urlsplit(self.origin).hostname or ""

    @property
    def port(self) -> int:
        parts = urlsplit(self.origin)
        return parts.port or (443 if parts.scheme == "https" else 80)

    @property
    def seal_path(self) -> Path:
        return Path(self.seal_file) if self.seal_file else self.keys_file.with_name("sello.p12")

    @property
    def local(self) -> bool:
        """True on a person's own machine, where demonstration people may exist."""
        return self.hostname in ("localhost", "127.0.0.1", "::1")


def is_service(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or parts.fragment or not ADDRESS.fullmatch(url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Only what leads to this machine for certain: another name is what a server says it is, and
    `127.1` and the like are not worth an exception."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _is_this_machine(host: str) -> bool:
    """For the address that a browser opens: browsers hold `*.localhost` to be this machine."""
    return is_loopback(host) or host.endswith(".localhost")


def _parted(url: str) -> "URL":
    """Later, an error could show a part of the password."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError("no es una URL") from None
    if "@" in (parts.host or ""):  # a part of the password would be taken for the server
        raise ValueError("la clave tiene signos que hay que escribir así: @ es %40 y % es %25")
    return parts


def _refuse_plain_database(parts: "URL", environ: Mapping[str, str]) -> None:
    asked = parts.normalized_query
    modes = asked.get("sslmode") or (environ.get("PGSSLMODE", ""),)
    if not ENCRYPTED.issuperset(modes) and not _stays_here(parts.host, asked, environ):
        raise ValueError(
            "la base de datos está en otra máquina y los datos viajarían sin cifrar. Agregue al "
            "final ?sslmode=verify-full (y &sslrootcert=ARCHIVO, con el certificado de su "
            "autoridad), o al menos ?sslmode=require. Si su entidad acepta que viajen así, escriba "
            "CASILLA_ALLOW_PLAIN=postgresql"
        )


def _stays_here(
    host: str | None, asked: Mapping[str, Sequence[str]], environ: Mapping[str, str]
) -> bool:
    """As libpq looks for its server; without any, it is a socket of this machine."""
    if "service" in asked or environ.get("PGSERVICE"):
        return False  # a file says which server that is
    ways = (
        asked.get("hostaddr"),
        (environ.get("PGHOSTADDR", ""),),
        asked.get("host"),
        (host or "",),
        (environ.get("PGHOST", ""),),
    )
    found = next((way for way in ways if way and any(way)), ())
    places = [place for way in found for place in way.split(",")]
    return all(not place or place[0] in "/@" or is_loopback(_bare(place)) for place in places)


def _bare(place: str) -> str:
    """Without its port: SQLAlchemy takes `host=servidor:5432` too."""
    name, sign, port = place.rpartition(":")
    return name if sign and port.isdigit() and ":" not in name else place
