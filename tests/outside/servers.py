"""Mail servers of the tests' own: they listen on this machine and keep what they take."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

# Leads to this machine as well, and is no address that anybody takes for it: for what differs
# between this machine and another.
ELSEWHERE = "127.1"


class Mailbox:
    """What a mail server took. It answers with `answers`, one each, and then with 250."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.letters: list[EmailMessage] = []
        self.encrypted: list[bool] = []
        self.sessions: list[Session] = []  # one for each connection, also after STARTTLS

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, host: str, lines: list[str]
    ) -> list[str]:
        session.host_name = host
        if not any(session is known for known in self.sessions):
            self.sessions.append(session)
        return lines

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        self.encrypted.append(session.ssl is not None)
        return self.answers.pop(0) if self.answers else "250 2.0.0 queued as 4F2A"


class NoSuchMailbox(Mailbox):
    async def handle_RCPT(
        self, _server: SMTP, _session: Session, _envelope: Envelope, address: str, _options: object
    ) -> str:
        return f"550 5.1.1 <{address}>: no such user"


class HangsUp(Mailbox):
    """Ends the first connection after it has taken the message and before it says so."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.letters) == 1:
            assert server.transport is not None
            server.transport.close()
        return answer


class Forgets(Mailbox):
    """Takes one message on a connection, and answers the next MAIL with this; empty: hangs up."""

    def __init__(self, answer: str) -> None:
        super().__init__()
        self.answer = answer
        self.served: list[Session] = []

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        if any(session is known for known in self.served):
            if not self.answer:
                assert server.transport is not None
                server.transport.abort()
            return self.answer
        self.served.append(session)
        envelope.mail_from = address
        return "250 OK"


class HangsUpLater(Mailbox):
    """Takes the second message of a connection, and ends it before it says so."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if len(self.letters) == 2:
            assert server.transport is not None
            server.transport.close()
        return answer


class FewConnections(Mailbox):
    """Accepts so many connections, and no other."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, host: str, lines: list[str]
    ) -> list[str]:
        if len(self.sessions) == self.most:
            return [await self.handle_HELO(server, session, envelope, host)]
        return await super().handle_EHLO(server, session, envelope, host, lines)

    async def handle_HELO(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _host: str
    ) -> str:
        return "421 4.7.0 too many connections"


class NoFarewell(Mailbox):
    """Takes the message, says so, and ends the connection when it is told goodbye."""

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope) -> str:
        assert server.transport is not None
        server.transport.abort()
        return "221 Bye"


class Silent(Mailbox):
    """Never answers a message."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = 0

    async def handle_DATA(self, _server: SMTP, _session: Session, _envelope: Envelope) -> str:
        self.reached += 1
        await asyncio.Event().wait()
        return ""


def certificate(folder: Path, *names: str) -> Path:
    """A new certificate for these names, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / f"{names[0]}.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def tls_of(pem: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    return context


def only_the_casilla(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
) -> AuthResult:
    right = LoginPassword(b"casilla", b"a/b@c")
    return AuthResult(success=data == right, handled=False)  # the server says which, not we
