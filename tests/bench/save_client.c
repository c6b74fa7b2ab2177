/*
 * Saves mailboxes one after another through the HTTP API and prints two lines
 * of percentiles: request to reply, and request until Postfix and Dovecot's
 * LMTP both accept the new address.
 *
 * usage: save_client HTTP SMTP LMTP DOMAIN KNOWN COOKIE HASH COUNT TAG
 * KNOWN is an address that exists: the first recipient of each transaction.
 */
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct target {
	struct wire w;
	const char *where, *known;
	int asked;
};

static void
target_open(struct target *t, const char *where, const char *known)
{
	t->where = where;
	t->known = known;
	t->asked = 0;
	wire_open(&t->w, where);
	wire_greet(&t->w, where);
	if (wire_rcpt(&t->w, known) != 250)
		die("%s: %s is not known", where, known);
}

static void
target_wait(struct target *t, const char *address, int64_t deadline)
{
	int code;

	if (++t->asked % 200 == 0) {
		wire_send(&t->w, "RSET\r\nMAIL FROM:<>\r\n");
		if (wire_reply(&t->w) != 250 || wire_reply(&t->w) != 250
			|| wire_rcpt(&t->w, t->known) != 250)
			die("%s: RSET refused", t->where);
	}
	while ((code = wire_rcpt(&t->w, address)) != 250)
		if (now_us() > deadline)
			die("%s: %s still answers %d", t->where, address, code);
}

static void
save(struct wire *http, char **argv, const char *address)
{
	char body[1024], reply[8192];
	int n, status;

	n = snprintf(body, sizeof(body),
		"{\"address\":\"%s\",\"name\":\"Bench\",\"password_hash\":"
		"\"%s\"}",
		address, argv[7]);
	wire_send(http,
		"POST /api/v1/mailboxes HTTP/1.1\r\nHost: localhost\r\n"
		"Cookie: %s\r\nX-Postroom: 1\r\nContent-Type: application/json"
		"\r\nContent-Length: %d\r\n\r\n%s",
		argv[6], n, body);
	wire_http_reply(http, reply, sizeof(reply), &status);
	if (status != 201)
		die("%s: answered %d: %s", address, status, reply);
}

int
main(int argc, char **argv)
{
	struct target smtp, lmtp;
	struct wire http;
	int64_t *saved, *delivered;
	char address[320];
	size_t n;

	if (argc != 10)
		die("usage: save_client HTTP SMTP LMTP DOMAIN KNOWN COOKIE "
		    "HASH COUNT TAG");
	n = (size_t)strtoul(argv[8], NULL, 10);
	saved = calloc(n, sizeof(*saved));
	delivered = calloc(n, sizeof(*delivered));
	if (saved == NULL || delivered == NULL)
		die("out of memory");
	wire_open(&http, argv[1]);
	target_open(&smtp, argv[2], argv[5]);
	target_open(&lmtp, argv[3], argv[5]);
	for (size_t i = 0; i < n; i++) {
		int64_t start = now_us();

		snprintf(address, sizeof(address), "%s%05zu@%s", argv[9], i,
			argv[4]);
		save(&http, argv, address);
		saved[i] = now_us() - start;
		target_wait(&smtp, address, start + 20000000);
		target_wait(&lmtp, address, start + 20000000);
		delivered[i] = now_us() - start;
		if (i % 900 == 899) {
			close(http.fd);
			wire_open(&http, argv[1]);
		}
	}
	print_samples(saved, n);
	print_samples(delivered, n);
	free(saved);
	free(delivered);
	return 0;
}
