"""What quickstart ends with: the proof by a message, and the welcome."""

import contextlib
import imaplib
import json
import secrets
import smtplib
import ssl

import private


def _told(instance, *argv, **options):
    return json.loads(instance.postroom(*argv, "--json", **options))


def _in_by_smtp(instance, address, subject):
    with smtplib.SMTP("127.0.0.1", instance.ports["smtp"], "localhost",
                      timeout=30) as client:
        client.sendmail("proof@postroom.test", [address],
                        f"Subject: {subject}\r\n\r\nIt works.\r\n")


def _read_by_imap(instance, address, password, subject):
    tls = ssl.create_default_context(cafile=instance.path("tls", "cert.pem"))
    client = imaplib.IMAP4_SSL("localhost", instance.ports["imaps"],
                               ssl_context=tls, timeout=30)
    try:
        client.login(address, password)
        client.select("INBOX", readonly=True)
        return client.search(None, "SUBJECT", subject)[1] != [b""]
    finally:
        client.logout()


def prove(instance):
    """A domain and a mailbox are made, a message goes in and is read."""
    name = f"proof-{secrets.token_hex(3)}.test"
    address, password = f"taro@{name}", secrets.token_urlsafe(18)
    _told(instance, "domain", "add", name)
    try:
        _told(instance, "mailbox", "add", address, "--password-stdin",
              input=password + "\n")
        instance.postroom("publish", "--wait")
        _in_by_smtp(instance, address, name)
        private.wait_for(
            lambda: _read_by_imap(instance, address, password, name),
            "the message to be read by IMAP")
    finally:
        with contextlib.suppress(private.InstanceError):
            instance.postroom("domain", "delete", name, "--confirm", name)
    print(f"Proved: a message to {address} came in by SMTP and was read by "
          "IMAP.\nIts domain and mailbox are deleted again.")


def welcome(instance):
    """Where the panel is, and how the first administrator gets in."""
    ports = instance.ports
    print(f"\nPanel        {instance.url}/")
    admins = _told(instance, "admin", "list")["items"]
    ready = [a["login"] for a in admins if a["has_password"]]
    if ready:
        print(f"Sign in as   {', '.join(ready)}")
    else:
        link = _told(instance, "admin", "first-use-link", "admin")["link"]
        print(f"First use    {link}\n             "
              "(once, to set the password of the administrator `admin`)")
    print(f"Mail         SMTP {ports['smtp']}, submission "
          f"{ports['submission']} and {ports['submissions']}, IMAP "
          f"{ports['imap']} and {ports['imaps']}, POP3 {ports['pop3']} and "
          f"{ports['pop3s']}\n             on localhost; mail to hosts "
          "outside stays in the queue\n"
          "Stop         make stop, or scripts/instance stop")
