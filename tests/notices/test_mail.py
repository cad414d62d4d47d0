"""E-mails through a real SMTP server: at once, daily, over TLS, and when it refuses."""

import smtplib
import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from api.worker.mail import SmtpServer, UnusableMailServer
from tests.cast import Cast
from tests.devices import Clock
from tests.notices.conftest import Mailbox, Work, free_port
from tests.services.lives import drum
from waste_trace.notices.kinds import Email, Wish
from waste_trace.services.notices.daily import ask_for_day, due_day
from waste_trace.services.notices.mail import mail_notices
from waste_trace.services.notices.reading import list_notices
from waste_trace.services.notices.wishes import wish
from waste_trace.services.sign_in import Person

People = dict[str, Person]


def mails(mailbox: Mailbox, address: str) -> list[EmailMessage]:
    """What arrived at an address, parsed."""
    return [
        message_from_bytes(content, policy=policy.default)
        for to, content in mailbox.messages
        if to == address
    ]


def test_a_notice_goes_out_as_a_readable_mail(
    cast: Cast, clock: Clock, people: People, work: Work, mailbox: Mailbox
) -> None:
    number = drum(cast, clock).manifest
    work()
    (mail,) = mails(mailbox, "plant@example.cn")
    assert mail["From"] == "trace@bureau.example"
    assert number in str(mail["Subject"])
    text = mail.get_content()
    assert f"https://trace.example/manifests/{number}" in text
    assert "贵单位为承运人或接受人" in text
    assert "opened manifest" in text
    assert mail["Auto-Submitted"] == "auto-generated"
    assert str(mail["Message-ID"]).endswith("@bureau.example>")
    assert mails(mailbox, "garage@example.cn") == []
    before = len(mailbox.messages)
    work()
    assert len(mailbox.messages) == before


def test_several_notices_that_wait_are_one_mail(
    cast: Cast, clock: Clock, people: People, work: Work, mailbox: Mailbox
) -> None:
    numbers = [drum(cast, clock).manifest for _ in range(3)]
    work()
    (mail,) = mails(mailbox, "plant@example.cn")
    assert "3 条通知" in str(mail["Subject"])
    assert all(number in mail.get_content() for number in numbers)


def test_the_daily_summary_comes_once_a_day_after_its_hour(
    cast: Cast, clock: Clock, people: People, work: Work, mailbox: Mailbox
) -> None:
    house = cast.deployment
    wish(house, people["plant"], {"manifest_addressed": Wish(True, Email.DIGEST)})
    drum(cast, clock)
    work()
    assert mails(mailbox, "plant@example.cn") == []
    for _ in range(2):
        day = due_day(house)
        assert day is not None
        ask_for_day(house, day)
        work()
    (mail,) = mails(mailbox, "plant@example.cn")
    assert str(mail["Subject"]).startswith("[一码溯源] 每日汇总")
    clock.forward(hours=12)  # in China it is past midnight, and not yet seven
    assert due_day(house) is None
    clock.forward(hours=6)
    next_day = due_day(house)
    assert next_day is not None
    assert day is not None
    assert next_day == day + timedelta(days=1)
    ask_for_day(house, next_day)
    work()
    assert len(mails(mailbox, "plant@example.cn")) == 1


def test_a_server_that_is_busy_is_asked_again(
    cast: Cast, clock: Clock, people: People, work: Work, mailbox: Mailbox
) -> None:
    mailbox.refuses["plant@example.cn"] = "451 try later"
    drum(cast, clock)
    work()
    assert mails(mailbox, "plant@example.cn") == []
    mailbox.refuses.clear()
    clock.forward(minutes=1)
    work()
    assert len(mails(mailbox, "plant@example.cn")) == 1


def test_an_address_that_does_not_exist_is_said_and_not_tried_again(
    cast: Cast, clock: Clock, people: People, work: Work, mailbox: Mailbox
) -> None:
    mailbox.refuses["plant@example.cn"] = "550 no such user"
    drum(cast, clock)
    work()
    (row,) = list_notices(cast.deployment, people["plant"])
    assert "550" in row["mail_error"]
    mailbox.refuses.clear()
    clock.forward(hours=2)
    work()
    assert mails(mailbox, "plant@example.cn") == []


def test_what_a_killed_worker_took_is_taken_again_after_a_while(
    cast: Cast,
    clock: Clock,
    people: People,
    work: Work,
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mailbox.refuses["plant@example.cn"] = "451 try later"
    drum(cast, clock)
    work()
    house, pseudonym = cast.deployment, people["plant"].pseudonym
    sent: list[EmailMessage] = []

    def send() -> int:
        return mail_notices(house, pseudonym, Email.EACH, sent.append)

    def be_killed(_: EmailMessage) -> None:
        assert send() == 0, "another worker took it, too"
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        # A killed process puts nothing back.
        dying.setattr("waste_trace.services.notices.mail._release", lambda *_: None)
        with pytest.raises(KeyboardInterrupt):
            mail_notices(house, pseudonym, Email.EACH, be_killed)
    assert send() == 0
    clock.forward(minutes=11)
    assert (send(), send(), len(sent)) == (1, 0, 1)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    crt, pem = tmp_path / "mail.crt", tmp_path / "mail.key"
    crt.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return crt, pem


def a_mail() -> EmailMessage:
    """Any e-mail."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@x.example", "b@y.example", "联单"
    message.set_content("已接收\n")
    return message


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_mail_goes_over_tls_with_a_password(
    mailbox: Mailbox, certificate: tuple[Path, Path], scheme: str
) -> None:
    crt, pem = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(crt, pem)
    port = free_port()

    logins: list[object] = []

    def authenticate(*them: object) -> AuthResult:
        login = them[-1]
        assert isinstance(login, LoginPassword)
        logins.append((login.login, login.password))
        return AuthResult(success=True)

    tls: dict[str, Any] = {"ssl_context" if scheme == "smtps" else "tls_context": context}
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=port, authenticator=authenticate,
        auth_require_tls=scheme == "smtp", require_starttls=scheme == "smtp", **tls,
    )  # fmt: skip
    controller.start()
    trust = ssl.create_default_context(cafile=str(crt))
    url = f"{scheme}://trace:p%40ss@localhost:{port}"
    try:
        SmtpServer(url, trust).send(a_mail())
        with pytest.raises(ssl.SSLCertVerificationError):
            SmtpServer(url).send(a_mail())
    finally:
        controller.stop()
    assert [to for to, _ in mailbox.messages] == ["b@y.example"]
    assert logins == [(b"trace", b"p@ss")]


def test_a_server_without_tls_gets_nothing(mailbox: Mailbox, smtp_url: str) -> None:
    with pytest.raises(smtplib.SMTPNotSupportedError):
        SmtpServer(smtp_url.partition("?")[0]).send(a_mail())
    assert mailbox.messages == []


@pytest.mark.parametrize(
    "url", ["http://x", "smtp://", "smtp://user:word@host?tls=none", "mail.example:25"]
)
def test_what_is_no_mail_server(url: str) -> None:
    with pytest.raises(UnusableMailServer):
        SmtpServer(url)
