"""Send e-mails through an SMTP server, as ``WASTE_TRACE_SMTP_URL`` names it."""

import smtplib
import ssl
from email.message import EmailMessage
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from waste_trace.errors import WasteTraceError
from waste_trace.services.notices.mail import MailRefused

_TIMEOUT_SECONDS = 15


class UnusableMailServer(WasteTraceError):
    """The setting names no mail server that can be used."""

    code: ClassVar[str] = "unusable-mail-server"
    default_do_zh = "请更正 WASTE_TRACE_SMTP_URL，例如 smtp://用户:密码@主机:587。"
    default_do_en = "Correct WASTE_TRACE_SMTP_URL, for example smtp://user:password@host:587."


class SmtpServer:
    """A mail server.

    Args:
        url: ``smtp://`` (STARTTLS before anything is said), ``smtps://`` (TLS from the first
            byte), or ``smtp://...?tls=none`` without encryption, for a relay on the same machine.
        trust: certificates to trust; the system's.
    """

    def __init__(self, url: str, trust: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        plain = parse_qs(parts.query).get("tls") == ["none"]
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise UnusableMailServer("邮件服务器地址有误。", "The mail server's address is wrong.")
        if plain and parts.username:
            raise UnusableMailServer(
                "未加密的连接不能发送密码。", "A password does not go over a plain connection."
            )
        self._host = parts.hostname
        self._wrapped = parts.scheme == "smtps"
        self._starts_tls = not plain and not self._wrapped
        self._port = parts.port or (465 if self._wrapped else 587)
        self._login = (
            (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        )
        self._trust = trust or ssl.create_default_context()

    def send(self, message: EmailMessage) -> None:
        """Hand one message over.

        Raises:
            MailRefused: the server will never take it for this address.
            OSError, smtplib.SMTPException: it may later.
        """
        with self._connected() as server:
            if self._starts_tls:
                server.starttls(context=self._trust)
            if self._login:
                server.login(*self._login)
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as error:
                code, said = next(iter(error.recipients.values()))
                if code >= 500:
                    text = said.decode(errors="replace")
                    raise MailRefused(f"邮件被拒收：{code}。", f"Refused: {code} {text}") from error
                raise

    def _connected(self) -> smtplib.SMTP:
        if self._wrapped:
            return smtplib.SMTP_SSL(
                self._host, self._port, timeout=_TIMEOUT_SECONDS, context=self._trust
            )
        return smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT_SECONDS)
