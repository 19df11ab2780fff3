"""What mail servers send back, as two of them write it. No address is anybody's."""

from pathlib import Path

POSTFIX = """\
Return-Path: <>
Received: by correo.entidad.example (Postfix)
\tid 4F2A31C0; Mon, 16 Nov 2026 10:03:11 -0500 (-05)
Date: Mon, 16 Nov 2026 10:03:11 -0500 (-05)
From: MAILER-DAEMON@correo.entidad.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: avisos@entidad.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F2A31C0.1794841391/correo.entidad.example"
Message-Id: <20261116150311.4F2A31C1@correo.entidad.example>

This is a MIME-encapsulated message.

--4F2A31C0.1794841391/correo.entidad.example
Content-Description: Notification
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

This is the mail system at host correo.entidad.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{to}>: host mx.example.com[192.0.2.25] said: 550 5.1.1 <{to}>: Recipient
    address rejected: User unknown (in reply to RCPT TO command)

--4F2A31C0.1794841391/correo.entidad.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; correo.entidad.example
X-Postfix-Queue-ID: 4F2A31C0
X-Postfix-Sender: rfc822; avisos@entidad.example
Arrival-Date: Mon, 16 Nov 2026 10:03:09 -0500 (-05)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: {action}
Status: 5.1.1
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 550 5.1.1 <{to}>: Recipient address rejected: User
    unknown

--4F2A31C0.1794841391/correo.entidad.example
Content-Description: Undelivered Message
Content-Type: {back}
Content-Transfer-Encoding: 8bit

Return-Path: <avisos@entidad.example>
Received: from casilla.test (localhost [127.0.0.1])
\tby correo.entidad.example (Postfix) with ESMTP id 4F2A31C0
From: =?utf-8?q?Casilla_Electr=C3=B3nica?= <avisos@entidad.example>
To: {to}
Subject: =?utf-8?q?Tiene_una_notificaci=C3=B3n_nueva?=
Message-ID: <{id}@casilla.test>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Hay una notificaci=C3=B3n nueva en su casilla.

--4F2A31C0.1794841391/correo.entidad.example--
"""
EXIM = """\
Return-path: <>
Envelope-to: avisos@entidad.example
Delivery-date: Mon, 16 Nov 2026 10:05:00 -0500
Received: from Debian-exim by correo.entidad.example with local (Exim 4.96)
\tid 1r3abc-0001Xy-2Z for avisos@entidad.example; Mon, 16 Nov 2026 10:05:00 -0500
X-Failed-Recipients: {to}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@correo.entidad.example>
To: avisos@entidad.example
References: <{id}@casilla.test>
Content-Type: multipart/report; report-type=delivery-status; boundary=1794841500-eximdsn-804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1r3abc-0001Xz-00@correo.entidad.example>
Date: Mon, 16 Nov 2026 10:05:00 -0500

--1794841500-eximdsn-804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {to}
    host mx.example.com [192.0.2.25]
    SMTP error from remote mail server after end of data:
    552 5.2.2 mailbox full

--1794841500-eximdsn-804289383
Content-type: message/delivery-status

Reporting-MTA: dns; correo.entidad.example

Action: {action}
Final-Recipient: rfc822;{to}
Status: 5.0.0
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 552 5.2.2 mailbox full

--1794841500-eximdsn-804289383
Content-type: {back}

Return-path: <avisos@entidad.example>
Received: from casilla.test ([127.0.0.1])
\tby correo.entidad.example with esmtp (Exim 4.96)
\tid 1r3abc-0001Xy-2Z for {to}; Mon, 16 Nov 2026 10:04:58 -0500
From: "Casilla" <avisos@entidad.example>
To: {to}
Message-ID: <{id}@casilla.test>


--1794841500-eximdsn-804289383--
"""


def written(
    style: str,
    message_id: str,
    to: str = "rosa@example.com",
    action: str = "failed",
    back: str = "message/rfc822",
) -> bytes:
    return style.format(id=message_id, to=to, action=action, back=back).encode()


def maildir(folder: Path) -> Path:
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(parents=True)
    return folder


def put(folder: Path, content: bytes, name: str = "1794841391.V1I2M3.correo") -> Path:
    path = folder / "new" / name
    path.write_bytes(content)
    return path
