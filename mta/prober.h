/*
 * Asking postroom-prober for a probe. The publisher itself may open no
 * connection to a network; postroom-prober may do nothing else: no files, no
 * programs, no other processes, no address but loopback.
 *
 * A question is one struct probe_in over a stream socket, the answer one
 * struct prober_answer; then the connection ends. Both are of one build.
 */
#ifndef MTA_PROBER_H
#define MTA_PROBER_H

#include "mta/smtp_probe.h"

struct prober_answer {
	bool is_ok;
	struct probe_out out;
	char reason[48], text[256]; /* of the error */
};

/* ERR_UNAVAILABLE: nobody answers at that socket, or those of smtp_probe. */
bool prober_ask(const char *socket_path, const struct probe_in *in,
	struct probe_out *out, struct err *e) MUST_USE;

#endif
