/*
 * Clients that ask RCPT for known addresses, with a pause or without, until
 * SIGTERM; then print the percentiles of all answers that they got, and on a
 * second line how many were not 250. `ready` is printed when every client has
 * had answers. A connection that ends is an error.
 *
 * usage: rcpt_load WHERE CLIENTS DOMAIN MAILBOXES [PAUSE_MS]
 * Addresses are u0000001@DOMAIN ... of the benchmark's data set.
 */
#include "wire.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 200000

static volatile sig_atomic_t stopping;

static void
on_term(int sig)
{
	(void)sig;
	stopping = 1;
}

struct samples {
	volatile size_t n;
	size_t refused;
	int64_t us[MOST];
};

static void
ask(const char *where, const char *domain, unsigned mailboxes,
	unsigned pause_ms, struct samples *out)
{
	struct wire w;
	char address[320];
	unsigned seed = (unsigned)getpid();

	wire_open(&w, where);
	wire_greet(&w, where);
	for (unsigned i = 0; !stopping; i++) {
		int64_t start;
		int code;

		if (i % 400 == 399) {
			wire_send(&w, "RSET\r\nMAIL FROM:<>\r\n");
			if (wire_reply(&w) != 250 || wire_reply(&w) != 250)
				die("RSET refused");
		}
		snprintf(address, sizeof(address), "u%07u@%s",
			(unsigned)rand_r(&seed) % mailboxes, domain);
		start = now_us();
		code = wire_rcpt(&w, address);
		if (code != 250)
			out->refused++;
		if (i % 400 != 0 && out->n < MOST)
			out->us[out->n++] = now_us() - start;
		if (pause_ms > 0)
			poll(NULL, 0, (int)pause_ms);
	}
}

/* Until each client has been answered, or one of them has ended. */
static void
wait_ready(const struct samples *all, int clients)
{
	for (int i = 0; i < clients && !stopping; i++)
		while (all[i].n == 0 && !stopping) {
			if (waitpid(-1, NULL, WNOHANG) > 0)
				die("a client ended");
			poll(NULL, 0, 5);
		}
	puts("ready");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct samples *all;
	static int64_t merged[MOST * 8];
	int clients, status, bad = 0;
	pid_t pid[8];
	size_t n = 0, refused = 0;

	if (argc != 5 && argc != 6)
		die("usage: rcpt_load WHERE CLIENTS DOMAIN MAILBOXES "
		    "[PAUSE_MS]");
	clients = (int)strtol(argv[2], NULL, 10);
	if (clients < 1 || clients > 8)
		die("1 to 8 clients");
	all = mmap(NULL, (size_t)clients * sizeof(*all), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	signal(SIGTERM, on_term);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	for (int i = 0; i < clients; i++) {
		pid[i] = fork();
		if (pid[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			ask(argv[1], argv[3],
				(unsigned)strtoul(argv[4], NULL, 10),
				argc == 6 ? (unsigned)strtoul(argv[5], NULL, 10)
					  : 0,
				&all[i]);
			_exit(0);
		}
	}
	wait_ready(all, clients);
	while (!stopping)
		pause();
	for (int i = 0; i < clients; i++)
		kill(pid[i], SIGTERM);
	while (wait(&status) > 0 || errno == EINTR)
		bad |= status != 0;
	for (int i = 0; i < clients; i++) {
		memcpy(merged + n, all[i].us, all[i].n * sizeof(int64_t));
		n += all[i].n;
		refused += all[i].refused;
	}
	print_percentiles(merged, n);
	printf("{\"refused\":%zu}\n", refused);
	return bad;
}
