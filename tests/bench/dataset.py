"""The benchmark's data, made by SQL alone.

`bench.test` holds the mailboxes that are asked for and saved to; the others
lie in more domains, 50 of which belong to the admin `bench-admin`.
Addresses are u0000000@..., so that a client can make them up.
"""

DOMAINS = 200
ADMIN_DOMAINS = 50


def statements(mailboxes, in_bench, domains, mail_root, uid_hash):
    """SQL that fills an empty, migrated database.

    mailboxes: how many in all; in_bench: how many of them in bench.test;
    domains: how many the others are spread over; uid_hash: the password hash
    of every mailbox, each in a row of its own.
    """
    rest = mailboxes - in_bench
    home = (f"CONCAT('{mail_root}/', LOWER(LPAD(HEX({{id}} % 256), 2, '0')),"
            " '/', {id})")
    yield "SET SESSION innodb_lock_wait_timeout = 600"
    yield "SET SESSION unique_checks = 0"
    yield "SET SESSION foreign_key_checks = 0"
    yield ("INSERT INTO secret (id, kind, value, fingerprint, created) "
           f"SELECT seq, 'mailbox', '{uid_hash}', '0123456789abcdef', NOW(6) "
           f"FROM seq_1_to_{mailboxes}")
    yield ("INSERT INTO domain (id, name, name_unicode, created, updated) "
           "VALUES (1, 'bench.test', 'bench.test', NOW(6), NOW(6))")
    yield ("INSERT INTO domain (id, name, name_unicode, created, updated) "
           "SELECT seq + 1, CONCAT('d', LPAD(seq, 5, '0'), '.test'), "
           "CONCAT('d', LPAD(seq, 5, '0'), '.test'), NOW(6), NOW(6) "
           f"FROM seq_1_to_{domains}")
    columns = ("INSERT INTO mailbox (id, domain_id, address, name, "
               "quota_bytes, secret_id, password_scheme, home, created, "
               "updated) ")
    # A million names would take longer to index than all else to measure.
    name = "CONCAT('User ', seq)" if mailboxes <= 100000 else "''"
    created = "NOW(6) - INTERVAL seq SECOND"
    yield (columns + "SELECT seq + 1, 1, "
           "CONCAT('u', LPAD(seq, 7, '0'), '@bench.test'), "
           f"{name}, 1073741824, seq + 1, 'SHA512-CRYPT', "
           + home.format(id="(seq + 1)")
           + f", {created}, NOW(6) FROM seq_0_to_{in_bench - 1}")
    if rest > 0:
        yield (columns + f"SELECT seq + {in_bench} + 1, "
               f"2 + seq % {domains}, CONCAT('u', LPAD(seq, 7, '0'), '@d', "
               f"LPAD(1 + seq % {domains}, 5, '0'), '.test'), "
               f"{name}, 1073741824 * (1 + seq % 9), seq + {in_bench} + 1, "
               "'SHA512-CRYPT', "
               + home.format(id=f"(seq + {in_bench} + 1)")
               + f", {created}, NOW(6) FROM seq_0_to_{rest - 1}")
    yield ("INSERT IGNORE INTO mailbox_part SELECT "
           "LEFT(SUBSTRING(m.name, s.seq), 16), m.id FROM mailbox m "
           "JOIN seq_1_to_16 s ON s.seq <= CHAR_LENGTH(m.name)")
    # One alias for every tenth mailbox, so that the alias map is no toy.
    yield ("INSERT INTO alias (id, domain_id, address, target_count, "
           "created, updated) SELECT id, domain_id, "
           "CONCAT('a.', address), 1, NOW(6), NOW(6) FROM mailbox "
           "WHERE id % 10 = 0")
    yield ("INSERT INTO alias_target (alias_id, target) "
           "SELECT id, SUBSTRING(address, 3) FROM alias")
    yield ("UPDATE domain d JOIN (SELECT domain_id, COUNT(*) AS n, "
           "SUM(quota_bytes) AS q FROM mailbox GROUP BY domain_id) c "
           "ON c.domain_id = d.id SET d.mailbox_count = c.n, "
           "d.quota_allotted_bytes = c.q")
    yield ("UPDATE domain d JOIN (SELECT domain_id, COUNT(*) AS n FROM alias "
           "GROUP BY domain_id) c ON c.domain_id = d.id "
           "SET d.alias_count = c.n")
    yield "ANALYZE TABLE domain, mailbox, alias, alias_target"


def admin_domain(admin_id):
    """The 50 domains of the admin of that id."""
    return ("INSERT INTO admin_domain (admin_id, domain_id, rights) "
            f"SELECT {admin_id}, seq + 1, 63 FROM seq_1_to_{ADMIN_DOMAINS}")
