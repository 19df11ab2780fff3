"""Settings that would show what is secret, or let it travel in clear."""

import pytest
from pydantic import ValidationError

from proxy.installation import Installation
from proxy.outside.identity import Service
from proxy.settings import Settings, is_loopback

AWAY = "postgresql://casilla:muy-secreta@base.entidad.pe:5432/casilla"


def settings(**values: object) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_defaults_of_libpq(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    "url",
    [
        AWAY,
        f"{AWAY}?sslmode=prefer",
        f"{AWAY}?sslmode=allow",
        f"{AWAY}?sslmode=disable",
        f"{AWAY}?sslmode=require&sslmode=disable",
        AWAY.replace("base.entidad.pe", "localhost.malo.pe"),
        AWAY.replace("base.entidad.pe", "127.1"),
        AWAY.replace("base.entidad.pe", "0.0.0.0"),
        AWAY.replace("base.entidad.pe", "127.0.0.1,10.0.0.7"),
        "postgresql:///casilla?host=10.0.0.7",
        "postgresql:///casilla?host=localhost:5432&host=10.0.0.7:5432",
        "postgresql://localhost/casilla?hostaddr=10.0.0.7",
        "postgresql:///casilla?service=otra",
        "postgresql+psycopg://[2001:db8::1]/casilla",
    ],
)
def test_a_database_of_another_machine_is_asked_under_tls(url: str) -> None:
    with pytest.raises(ValidationError, match="sslmode=verify-full") as found:
        settings(database_url=url)
    assert "muy-secreta" not in str(found.value) + repr(found.value)
    assert settings(database_url=url, allow_plain="smtp, POSTGRESQL").database_url == url


@pytest.mark.parametrize(
    "url",
    [
        f"{AWAY}?sslmode=require",
        f"{AWAY}?sslmode=verify-ca",
        f"{AWAY}?sslmode=verify-full&sslrootcert=/etc/ssl/autoridad.pem",
        "postgresql://casilla:c@localhost/casilla",
        "postgresql://casilla:c@LOCALHOST/casilla",
        "postgresql://casilla:c@127.0.0.1:5433/casilla",
        "postgresql://casilla:c@127.8.8.8/casilla",
        "postgresql://casilla:c@[::1]:5432/casilla",
        "postgresql://casilla@/casilla",
        "postgresql:///casilla?host=/var/run/postgresql",
        "postgresql:///casilla?host=localhost:5432&host=127.0.0.1:5433",
        "postgresql://base.entidad.pe/casilla?hostaddr=127.0.0.1",
        "sqlite:///var/casilla.db",
    ],
)
def test_a_database_of_this_machine_or_under_tls_is_taken(url: str) -> None:
    assert settings(database_url=url).database_url == url


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("PGSSLMODE", "verify-full", True),
        ("PGSSLMODE", "disable", False),
        ("PGHOST", "127.0.0.1", False),
        ("PGHOSTADDR", "127.0.0.1", True),
    ],
)
def test_what_libpq_reads_from_the_environment_counts(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, taken: bool
) -> None:
    monkeypatch.setenv(name, value)
    if taken:
        assert settings(database_url=AWAY).database_url == AWAY
    else:
        with pytest.raises(ValidationError):
            settings(database_url=AWAY)


def test_a_socket_is_of_this_machine_unless_the_environment_says_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PGHOST", "10.0.0.7")
    with pytest.raises(ValidationError, match="sslmode"):
        settings(database_url="postgresql:///casilla")
    monkeypatch.delenv("PGHOST")
    monkeypatch.setenv("PGSERVICE", "otra")
    with pytest.raises(ValidationError, match="sslmode"):
        settings(database_url="postgresql:///casilla")


@pytest.mark.parametrize("plain", ["", "postgresql"])
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:muy@secreta@base.pe/x",
        "postgresql://u:muy@muy:secreta@base.pe/x",
        "postgresql://h:puerto/x",
    ],
)
def test_an_address_with_a_sign_in_its_password_is_refused_without_showing_it(
    url: str, plain: str
) -> None:
    with pytest.raises(ValidationError) as found:
        settings(database_url=url, allow_plain=plain)
    assert "secreta" not in str(found.value)


def test_a_word_that_allows_nothing_is_refused() -> None:
    with pytest.raises(ValidationError, match="smtp"):
        settings(allow_plain="smpt")


@pytest.mark.parametrize(
    "everybody",
    [
        "0.0.0.0/0",
        "::/0",
        "10.0.0.1, 192.168.0.0/0",
        "0.0.0.0/1, 128.0.0.0/1",
        "::/1, 10.0.0.1, 8000::/1",
        "::ffff:0:0/96",
    ],
)
def test_the_whole_internet_is_no_proxy(everybody: str) -> None:
    with pytest.raises(ValidationError, match="todo Internet"):
        settings(trusted_proxies=everybody)
    assert settings(trusted_proxies="10.0.0.0/8, ::1").trusted_proxies == ("10.0.0.0/8", "::1")


@pytest.mark.parametrize(
    ("host", "this_machine"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.255.0.3", True),
        ("::1", True),
        ("localhost.", False),
        ("a.localhost", False),
        ("localhost.malo.pe", False),
        ("127.1", False),
        ("2130706433", False),
        ("0x7f.0.0.1", False),
        ("0.0.0.0", False),
        ("::", False),
        ("", False),
    ],
)
def test_only_what_is_this_machine_for_certain_counts_as_it(host: str, this_machine: bool) -> None:
    assert is_loopback(host) is this_machine


def test_no_text_of_the_settings_shows_a_secret() -> None:
    mine = settings(
        database_url=f"{AWAY}?sslmode=require&password=muy-secreta",
        mail_url="smtp://casilla:muy-secreta@correo.entidad.pe",
        sms_url="https://sms.example/muy-secreta",
        sms_token="muy-secreta",
        identity_url="https://identidad.example/?llave=muy-secreta",
        identity_token="muy-secreta",
        identity_headers="X-Clave: muy-secreta",
    )
    parts = Installation(mine)
    for shown in (repr(mine), str(mine), repr(parts), repr(parts.identity)):
        assert "muy-secreta" not in shown
    assert isinstance(parts.identity, Service)


@pytest.mark.parametrize("wrong", ["rebotes", "maildir:", "imap://x", "/var/mail", "MAILDIR:x"])
def test_what_comes_back_is_read_from_a_maildir(wrong: str) -> None:
    assert settings(bounces="").bounces == ""
    assert settings(bounces="maildir:/srv/rebotes").bounces == "maildir:/srv/rebotes"
    with pytest.raises(ValidationError, match="maildir:/srv/rebotes"):
        settings(bounces=wrong)


def test_a_folder_is_a_service_of_messages_only_on_ones_own_machine() -> None:
    service = "https://mensajes.entidad.pe/"
    assert settings().sends_sms
    assert settings(origin="https://casilla.entidad.pe", sms_url=service).sends_sms
    assert not settings(origin="https://casilla.entidad.pe").sends_sms
