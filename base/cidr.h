/*
 * IPv4 and IPv6 networks and addresses.
 *
 * `from` and `to` are the first and last address as 16 bytes in network order,
 * IPv4 as v4-mapped (::ffff:a.b.c.d), so that one comparison serves both; the
 * prefix length is the family's own (0-32, 0-128).
 */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include "base/base.h"
#include "base/err.h"

struct cidr {
	uint8_t from[16];
	uint8_t to[16];
	unsigned family; /* 4 or 6 */
	unsigned prefix;
};

/* Longest text: 39 of the address, a slash, three digits, and the NUL. */
#define CIDR_TEXT_SIZE 44

/*
 * Read `network[/prefix]` or a single address. Refusals: ERR_INVALID, field
 * `network`, subject `in`, reasons `required`, `bad_network`, `bad_prefix`,
 * `host_bits_set` (the text names the network that was meant),
 * `v4_mapped` (write the IPv4 network), `network_too_wide` for /0 and
 * `has_zone` for a zone (%eth0). Blanks are refused; leading zeros are
 * refused, because some programs read them as octal.
 */
bool cidr_parse(const char *in, struct cidr *out, struct err *e) MUST_USE;

/*
 * Is the network at most as wide as the two settings allow (a prefix of at
 * least min_prefix4 or min_prefix6)? Else `network_too_wide`.
 */
bool cidr_check_width(const struct cidr *net, unsigned min_prefix4,
	unsigned min_prefix6, struct err *e) MUST_USE;

/*
 * The canonical text: RFC 5952, `192.0.2.0/24`, `2001:db8::/32`; a single
 * address without the prefix length.
 */
void cidr_text(const struct cidr *net, char out[static CIDR_TEXT_SIZE]);

/* The same, always with the prefix length (as cidr_table(5) reads it). */
void cidr_text_full(const struct cidr *net, char out[static CIDR_TEXT_SIZE]);

/* A `.check` of base/form.h: the canonical text. Any width but /0. */
bool cidr_check(const char *in, char *out, size_t cap, struct err *e) MUST_USE;

/* From the two ends that a row holds; false when they are no network. */
bool cidr_from_ends(const uint8_t from[static 16], const uint8_t to[static 16],
	struct cidr *out) MUST_USE;

bool cidr_contains(const struct cidr *outer, const struct cidr *inner);
bool cidr_overlaps(const struct cidr *a, const struct cidr *b);

/*
 * One address of a client, as FastCGI's REMOTE_ADDR or X-Forwarded-For gives
 * it: IPv4, IPv6 with or without [], v4-mapped becomes IPv4. False when it is
 * not one.
 */
bool ip_parse(const char *in, uint8_t out[static 16]) MUST_USE;
void ip_text(const uint8_t ip[static 16], char out[static CIDR_TEXT_SIZE]);
bool cidr_has_ip(const struct cidr *net, const uint8_t ip[static 16]);

/* Is the address in one of these networks, a blank between them? */
bool cidr_words_have(const char *networks, const char *ip);

/*
 * The network that throttling counts a client under: the address itself for
 * IPv4, its /64 for IPv6.
 */
void ip_throttle_key(
	const uint8_t ip[static 16], char out[static CIDR_TEXT_SIZE]);

/* A short list, as `trusted_proxies` in the configuration. */
#define CIDR_LIST_MAX 32
struct cidr_list {
	unsigned n;
	struct cidr item[CIDR_LIST_MAX];
};

/* Networks or addresses separated by commas, blanks around them; "" is an
 * empty list. /0 is refused here too. */
bool cidr_list_parse(
	const char *in, struct cidr_list *out, struct err *e) MUST_USE;
bool cidr_list_has(const struct cidr_list *list, const uint8_t ip[static 16]);

#endif
