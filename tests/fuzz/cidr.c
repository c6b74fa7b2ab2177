/*
 * Networks and client addresses: texts lead back to the same bytes.
 */
#include "tests/fuzz/fuzz.h"

#include "base/cidr.h"

static void
check_network(const char *text)
{
	struct cidr net, again, ends;
	char out[CIDR_TEXT_SIZE];
	struct err e = ERR_EMPTY;

	if (!cidr_parse(text, &net, &e)) {
		fuzz_error(&e);
		return;
	}
	MUST(net.prefix >= 1 && net.prefix <= (net.family == 4 ? 32 : 128));
	MUST(memcmp(net.from, net.to, 16) <= 0);
	cidr_text(&net, out);
	MUST(cidr_parse(out, &again, &e));
	MUST(memcmp(&net, &again, sizeof(net)) == 0);
	MUST(cidr_from_ends(net.from, net.to, &ends));
	MUST(memcmp(&net, &ends, sizeof(net)) == 0);
	MUST(cidr_contains(&net, &net) && cidr_overlaps(&net, &net));
	MUST(cidr_has_ip(&net, net.from) && cidr_has_ip(&net, net.to));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = fuzz_text(fuzz_arena(), data, size);
	char out[CIDR_TEXT_SIZE];
	struct err e = ERR_EMPTY;
	struct cidr_list list;
	uint8_t ip[16], again[16];

	check_network(text);
	if (ip_parse(text, ip)) {
		ip_text(ip, out);
		MUST(ip_parse(out, again));
		MUST(memcmp(ip, again, 16) == 0);
		ip_throttle_key(ip, out);
		MUST(out[0]);
	}
	if (cidr_list_parse(text, &list, &e))
		MUST(list.n <= CIDR_LIST_MAX);
	else
		fuzz_error(&e);
	return 0;
}
