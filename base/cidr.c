/*
 * Networks as two ends of 16 bytes. Texts are read by inet_pton(3) after our
 * own look at what it would let pass.
 */
#include "base/cidr.h"

#include "base/str.h"

#include <arpa/inet.h>

static const uint8_t mapped_head[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
	0xff };

static bool
refuse(struct err *e, const char *in, const char *reason, const char *text)
{
	return err_set(e, ERR_INVALID, "network", reason, in, "%s", text);
}

static bool
is_mapped(const uint8_t ip[static 16])
{
	return memcmp(ip, mapped_head, sizeof(mapped_head)) == 0;
}

/* Prefix length counted over the 16 bytes. */
static unsigned
wide_prefix(const struct cidr *net)
{
	return net->family == 4 ? net->prefix + 96 : net->prefix;
}

/* Set the ends from any address in the network and the prefix. */
static void
set_ends(struct cidr *net, const uint8_t ip[static 16])
{
	const unsigned prefix = wide_prefix(net);

	for (unsigned i = 0; i < 16; i++) {
		const unsigned bits = prefix >= 8 * (i + 1) ? 8
			: prefix <= 8 * i                   ? 0
							    : prefix - 8 * i;
		const uint8_t mask = (uint8_t)(0xff00u >> bits);

		net->from[i] = ip[i] & mask;
		net->to[i] = ip[i] | (uint8_t)~mask;
	}
}

/* An address alone to 16 bytes; its family, or 0. */
static unsigned
read_ip(const char *in, uint8_t out[static 16])
{
	if (strchr(in, ':'))
		return inet_pton(AF_INET6, in, out) == 1 ? 6 : 0;
	memcpy(out, mapped_head, sizeof(mapped_head));
	return inet_pton(AF_INET, in, out + 12) == 1 ? 4 : 0;
}

static bool
check_host_bits(const struct cidr *net, const uint8_t ip[static 16],
	const char *in, struct err *e)
{
	char meant[CIDR_TEXT_SIZE];

	if (memcmp(net->from, ip, 16) == 0)
		return true;
	cidr_text_full(net, meant);
	return err_set(e, ERR_INVALID, "network", "host_bits_set", in,
		"the address lies inside a network; the network is %s", meant);
}

bool
cidr_parse(const char *in, struct cidr *out, struct err *e)
{
	char host[INET6_ADDRSTRLEN + 1];
	const char *slash = strchrnul(in, '/');
	uint8_t ip[16];
	int64_t prefix;

	*out = (struct cidr){ .family = 0 };
	if (!in[0])
		return refuse(e, in, "required", "the network is missing");
	if (strchr(in, '%'))
		return refuse(e, in, "has_zone",
			"a network has no zone (the part from the % sign on)");
	if (!str_copy_n(host, sizeof(host), in, (size_t)(slash - in)))
		return refuse(e, in, "bad_network",
			"this is not an IPv4 or IPv6 network");
	out->family = read_ip(host, ip);
	if (!out->family)
		return refuse(e, in, "bad_network",
			"this is not an IPv4 or IPv6 network");
	if (out->family == 6 && is_mapped(ip))
		return refuse(e, in, "v4_mapped",
			"write the IPv4 network instead of its IPv6 form");
	prefix = out->family == 4 ? 32 : 128;
	if (*slash && !str_to_i64(slash + 1, 0, prefix, &prefix))
		return refuse(e, in, "bad_prefix",
			out->family == 4
				? "behind the slash stands a number up to 32"
				: "behind the slash stands a number up to 128");
	if (prefix == 0)
		return refuse(e, in, "network_too_wide",
			"a network of all addresses is not taken");
	out->prefix = (unsigned)prefix;
	set_ends(out, ip);
	if (out->family == 6 && memcmp(out->from, mapped_head, 12) <= 0
		&& memcmp(out->to, mapped_head, 12) >= 0)
		return refuse(e, in, "v4_mapped",
			"this IPv6 network takes in all IPv4 addresses");
	return check_host_bits(out, ip, in, e);
}

bool
cidr_check_width(const struct cidr *net, unsigned min_prefix4,
	unsigned min_prefix6, struct err *e)
{
	const unsigned least = net->family == 4 ? min_prefix4 : min_prefix6;
	char text[CIDR_TEXT_SIZE];

	if (net->prefix >= least)
		return true;
	cidr_text_full(net, text);
	return err_set(e, ERR_INVALID, "network", "network_too_wide", text,
		"the network is wider than /%u, the widest that is allowed",
		least);
}

void
ip_text(const uint8_t ip[static 16], char out[static CIDR_TEXT_SIZE])
{
	const bool is_v4 = is_mapped(ip);

	if (!inet_ntop(is_v4 ? AF_INET : AF_INET6, is_v4 ? ip + 12 : ip, out,
		    CIDR_TEXT_SIZE))
		out[0] = '\0';
}

void
cidr_text_full(const struct cidr *net, char out[static CIDR_TEXT_SIZE])
{
	char ip[CIDR_TEXT_SIZE];
	struct str s = str_over(out, CIDR_TEXT_SIZE);

	ip_text(net->from, ip);
	str_addf(&s, "%s/%u", ip, net->prefix);
}

void
cidr_text(const struct cidr *net, char out[static CIDR_TEXT_SIZE])
{
	if (net->prefix == (net->family == 4 ? 32u : 128u))
		ip_text(net->from, out);
	else
		cidr_text_full(net, out);
}

bool
cidr_check(const char *in, char *out, size_t cap, struct err *e)
{
	char text[CIDR_TEXT_SIZE];
	struct cidr net;

	if (cap > 0)
		out[0] = '\0';
	if (!cidr_parse(in, &net, e))
		return false;
	cidr_text(&net, text);
	return str_copy(out, cap, text)
		|| refuse(e, in, "too_long", "the network is too long");
}

bool
cidr_from_ends(const uint8_t from[static 16], const uint8_t to[static 16],
	struct cidr *out)
{
	unsigned prefix = 0;

	while (prefix < 128
		&& ((from[prefix / 8] ^ to[prefix / 8]) >> (7 - prefix % 8) & 1)
			== 0)
		prefix++;
	*out = (struct cidr){ .family = 6, .prefix = prefix };
	if (is_mapped(from) && prefix >= 96)
		*out = (struct cidr){ .family = 4, .prefix = prefix - 96 };
	set_ends(out, from);
	return memcmp(out->from, from, 16) == 0 && memcmp(out->to, to, 16) == 0;
}

bool
cidr_contains(const struct cidr *outer, const struct cidr *inner)
{
	return memcmp(outer->from, inner->from, 16) <= 0
		&& memcmp(outer->to, inner->to, 16) >= 0;
}

bool
cidr_overlaps(const struct cidr *a, const struct cidr *b)
{
	return memcmp(a->from, b->to, 16) <= 0
		&& memcmp(b->from, a->to, 16) <= 0;
}

bool
ip_parse(const char *in, uint8_t out[static 16])
{
	char host[INET6_ADDRSTRLEN + 2];
	size_t len = strlen(in);

	if (len >= 2 && in[0] == '[' && in[len - 1] == ']') {
		if (!strchr(in, ':'))
			return false;
		in++;
		len -= 2;
	}
	if (!str_copy_n(host, sizeof(host), in, len))
		return false;
	return read_ip(host, out) != 0;
}

bool
cidr_has_ip(const struct cidr *net, const uint8_t ip[static 16])
{
	return memcmp(net->from, ip, 16) <= 0 && memcmp(net->to, ip, 16) >= 0;
}

bool
cidr_words_have(const char *networks, const char *ip)
{
	uint8_t bytes[16];

	if (!ip_parse(ip, bytes))
		return false;
	while (*networks) {
		char text[CIDR_TEXT_SIZE];
		struct cidr net;
		struct err why = ERR_EMPTY;
		const size_t n = strcspn(networks, " ");

		if (n > 0 && str_copy_n(text, sizeof(text), networks, n)
			&& cidr_parse(text, &net, &why)
			&& cidr_has_ip(&net, bytes))
			return true;
		networks += n + (networks[n] == ' ');
	}
	return false;
}

void
ip_throttle_key(const uint8_t ip[static 16], char out[static CIDR_TEXT_SIZE])
{
	struct cidr net = { .family = 6, .prefix = 64 };

	if (is_mapped(ip)) {
		ip_text(ip, out);
		return;
	}
	set_ends(&net, ip);
	cidr_text_full(&net, out);
}

bool
cidr_list_parse(const char *in, struct cidr_list *out, struct err *e)
{
	char text[CIDR_TEXT_SIZE + 8];

	out->n = 0;
	while (*(in += strspn(in, " \t,"))) {
		const size_t len = strcspn(in, " \t,");

		if (out->n == CIDR_LIST_MAX)
			return refuse(e, in, "too_many_items",
				"the list has too many networks");
		if (!str_copy_n(text, sizeof(text), in, len))
			return refuse(e, in, "bad_network",
				"this is not an IPv4 or IPv6 network");
		if (!cidr_parse(text, &out->item[out->n], e))
			return false;
		out->n++;
		in += len;
	}
	return true;
}

bool
cidr_list_has(const struct cidr_list *list, const uint8_t ip[static 16])
{
	for (unsigned i = 0; i < list->n; i++) {
		if (cidr_has_ip(&list->item[i], ip))
			return true;
	}
	return false;
}
