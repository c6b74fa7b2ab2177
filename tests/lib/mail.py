"""Mail as clients see it: send by SMTP, read by IMAP, and a host outside."""

import imaplib
import smtplib
import socketserver
import ssl
import threading
import time

import private

# The instance's certificate is its own; the tests check mail, not trust.
TLS = ssl._create_unverified_context()


def message(subject="test", body="text"):
    return (f"From: <sender@outside.test>\r\nSubject: {subject}\r\n\r\n"
            f"{body}\r\n")


def send(servers, recipients, subject="test", sender="sender@outside.test",
         source="127.0.0.1"):
    """Send from the client address `source`; {recipient: (code, text)}.

    Each recipient stands with the reply it got: 250 where it was taken.
    """
    replies = {}
    with smtplib.SMTP("127.0.0.1", servers.ports["smtp"], "client.test",
                      timeout=30, source_address=(source, 0)) as client:
        client.ehlo()
        client.mail(sender)
        for recipient in recipients:
            replies[recipient] = client.rcpt(recipient)
        if any(code == 250 for code, _ in replies.values()):
            code, text = client.data(message(subject))
            assert code == 250, (code, text)
    return replies


def rcpt_code(servers, recipient, source="127.0.0.1"):
    """The code that Postfix answers to one recipient, without a message.

    421 stands for a server that does not greet.
    """
    try:
        with smtplib.SMTP("127.0.0.1", servers.ports["smtp"], "client.test",
                          timeout=30, source_address=(source, 0)) as client:
            client.ehlo()
            client.mail("sender@outside.test")
            return client.rcpt(recipient)[0]
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError,
            ConnectionError):
        return 421


def submit(servers, login, password, recipient, sender=None, port="submission",
           subject="test"):
    """Send as a signed-in user; raises smtplib's errors."""
    if port == "submission":
        client = smtplib.SMTP("127.0.0.1", servers.ports[port], "client.test",
                              timeout=30)
        client.starttls(context=TLS)
    else:
        client = smtplib.SMTP_SSL("127.0.0.1", servers.ports[port],
                                  "client.test", timeout=30, context=TLS)
    with client:
        client.login(login, password)
        client.sendmail(sender or login, [recipient], message(subject))


def submit_code(servers, login, password, recipient):
    """The code that ends a submission before its message: 250, or what
    refused the sign-in, the sender or the recipient; 421 as above."""
    try:
        with smtplib.SMTP("127.0.0.1", servers.ports["submission"],
                          "client.test", timeout=30) as client:
            client.starttls(context=TLS)
            client.login(login, password)
            code = client.mail(login)[0]
            return client.rcpt(recipient)[0] if code == 250 else code
    except smtplib.SMTPServerDisconnected:
        return 421
    except smtplib.SMTPResponseException as refused:
        return refused.smtp_code
    except (ConnectionError, ssl.SSLError):
        return 421


def imap(servers, login, password):
    """A signed-in IMAP connection; raises imaplib.IMAP4.error."""
    client = imaplib.IMAP4_SSL("127.0.0.1", servers.ports["imaps"],
                               ssl_context=TLS, timeout=30)
    try:
        client.login(login, password)
    except imaplib.IMAP4.error:
        client.shutdown()
        raise
    return client


def can_sign_in(servers, login, password):
    try:
        imap(servers, login, password).logout()
        return True
    except imaplib.IMAP4.error:
        return False


def subjects(servers, login, password):
    """The subjects of what lies in the inbox, oldest first."""
    client = imap(servers, login, password)
    try:
        count = int(client.select("INBOX", readonly=True)[1][0])
        if count == 0:
            return []
        found = client.fetch(f"1:{count}",
                             "(BODY[HEADER.FIELDS (SUBJECT)])")[1]
        return [part[1].decode().strip().removeprefix("Subject: ")
                for part in found if isinstance(part, tuple)]
    finally:
        client.logout()


def wait_for_subject(servers, login, password, subject, deadline_s=15):
    private.wait_for(
        lambda: subject in subjects(servers, login, password),
        f"mail {subject!r} for {login}", deadline_s)


class _Session(socketserver.StreamRequestHandler):
    def handle(self):
        self._say("220 outside.test")
        sender, recipients = "", []
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                self._take(sender, recipients)
                recipients = []
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            elif verb == b"MAIL":
                sender = _address(line)
            elif verb == b"RCPT":
                recipients.append(_address(line))
            if verb != b"DATA":
                self._say("250 outside.test")

    def _take(self, sender, recipients):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line)
        self.server.taken.append(
            (sender, recipients, b"".join(lines).decode("utf-8", "replace")))
        self._say("250 taken")

    def _say(self, text):
        self.wfile.write(text.encode() + b"\r\n")


def _address(line):
    text = line.decode()
    return text[text.index("<") + 1:text.index(">")]


class Outside(socketserver.ThreadingTCPServer):
    """The rest of the world: takes every message on the port `outside`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, servers):
        super().__init__(("127.0.0.1", servers.ports["outside"]), _Session)
        self.taken = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def has(self, recipient, subject):
        return any(recipient in recipients and f"Subject: {subject}" in data
                   for _, recipients, data in list(self.taken))

    def wait_for(self, recipient, subject, deadline_s=15):
        private.wait_for(lambda: self.has(recipient, subject),
                         f"mail {subject!r} for {recipient} outside",
                         deadline_s)

    def close(self):
        self.shutdown()
        self.server_close()


def seconds(action):
    """How long an action took."""
    start = time.monotonic()
    action()
    return time.monotonic() - start
