/*
 * A real SMTP dialogue with this machine's own Postfix up to RCPT, then RSET
 * and QUIT: never a message.
 *
 * The client's address is always loopback, which Postfix trusts, so the
 * answer is the one for mail of this machine.
 */
#ifndef MTA_SMTP_PROBE_H
#define MTA_SMTP_PROBE_H

#include "base/addr.h"
#include "base/base.h"
#include "base/err.h"

#define PROBE_CLIENT "127.0.0.1"
#define PROBE_MS 20000

/* Addresses have passed envelope_check: nothing in them ends a command. */
struct probe_in {
	char recipient[ADDR_SIZE];
	char sender[ADDR_SIZE];
	char helo[256]; /* "": none is sent */
};

enum probe_stage {
	PROBE_CONNECT,
	PROBE_HELO,
	PROBE_SENDER,
	PROBE_RECIPIENT,
	PROBE_STAGES
};

struct probe_out {
	enum probe_stage stage; /* the command that the reply is for */
	unsigned code;
	char reply[640]; /* text after the code, lines joined by blanks */
	uint64_t took_us;
};

const char *probe_stage_name(enum probe_stage stage);

/*
 * True when Postfix gave an answer, whatever it is. ERR_UNAVAILABLE: nobody
 * answers at the port, or not in time.
 */
bool smtp_probe(unsigned port, const struct probe_in *in, struct probe_out *out,
	struct err *e) MUST_USE;

#endif
