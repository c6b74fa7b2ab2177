/*
 * What the measuring programs share: a line-by-line client for SMTP and LMTP,
 * a clock, and percentiles. Not part of the product; they exit on any error.
 */
#ifndef TESTS_BENCH_WIRE_H
#define TESTS_BENCH_WIRE_H

#include <stddef.h>
#include <stdint.h>

struct wire {
	int fd;
	size_t have, at;
	char buf[8192];
};

/* Connects to "HOST:PORT" or "unix:PATH"; exits on failure. */
void wire_open(struct wire *w, const char *where);

/* Sends all bytes; exits on failure. */
void wire_send(struct wire *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Reads one reply (continuation lines included); returns its code. */
int wire_reply(struct wire *w);

/* Greeting and EHLO or LHLO, then MAIL FROM:<>. */
void wire_greet(struct wire *w, const char *where);

/* RCPT TO; returns the code. */
int wire_rcpt(struct wire *w, const char *address);

/* Reads from fd until `want` is in buf; returns bytes in buf, NUL ended. */
size_t wire_http_reply(struct wire *w, char *reply, size_t cap, int *status_r);

int64_t now_us(void);

/* Sorts, then prints {"n":, "p50":, "p99":, "max":} in microseconds. */
void print_percentiles(int64_t *us, size_t n);

/* The same with all of them, sorted, as "us". */
void print_samples(int64_t *us, size_t n);

_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
