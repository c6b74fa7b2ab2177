/*
 * Networks: what is taken, its canonical text, and every refusal.
 */
#include "base/cidr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct {
	const char *name, *in, *out, *reason;
} cases[] = {
	{ "an IPv4 network", "192.0.2.0/24", "192.0.2.0/24", NULL },
	{ "an IPv4 address", "192.0.2.7", "192.0.2.7", NULL },
	{ "an IPv4 address with its prefix", "192.0.2.7/32", "192.0.2.7",
		NULL },
	{ "a network that ends inside a byte", "10.16.0.0/12", "10.16.0.0/12",
		NULL },
	{ "half of everything", "0.0.0.0/1", "0.0.0.0/1", NULL },
	{ "an IPv6 network", "2001:db8::/32", "2001:db8::/32", NULL },
	{ "IPv6 in capitals and zeros", "2001:0DB8:0:0::/64", "2001:db8::/64",
		NULL },
	{ "an IPv6 address", "2001:db8::1", "2001:db8::1", NULL },
	{ "the loopback", "::1", "::1", NULL },
	{ "host bits in IPv4", "10.0.0.1/8", NULL, "host_bits_set" },
	{ "host bits in the last bit", "192.0.2.1/31", NULL, "host_bits_set" },
	{ "host bits in IPv6", "2001:db8::1/64", NULL, "host_bits_set" },
	{ "all of IPv4", "0.0.0.0/0", NULL, "network_too_wide" },
	{ "all of IPv6", "::/0", NULL, "network_too_wide" },
	{ "mapped IPv4", "::ffff:10.0.0.0/104", NULL, "v4_mapped" },
	{ "a mapped address", "::ffff:10.0.0.1", NULL, "v4_mapped" },
	{ "IPv6 that holds the mapped ones", "::/64", NULL, "v4_mapped" },
	{ "nothing", "", NULL, "required" },
	{ "a word", "example", NULL, "bad_network" },
	{ "a prefix that is too long for IPv4", "192.0.2.0/33", NULL,
		"bad_prefix" },
	{ "a prefix that is too long for IPv6", "2001:db8::/129", NULL,
		"bad_prefix" },
	{ "no prefix behind the slash", "192.0.2.0/", NULL, "bad_prefix" },
	{ "two slashes", "192.0.2.0/24/8", NULL, "bad_prefix" },
	{ "a mask", "192.0.2.0/255.255.255.0", NULL, "bad_prefix" },
	{ "a negative prefix", "192.0.2.0/-1", NULL, "bad_prefix" },
	{ "a prefix with a leading zero", "192.0.2.0/08", NULL, "bad_prefix" },
	{ "a prefix that overflows", "192.0.2.0/99999999999999999999", NULL,
		"bad_prefix" },
	{ "three bytes", "192.0.2/24", NULL, "bad_network" },
	{ "a byte over 255", "192.0.2.256", NULL, "bad_network" },
	{ "a leading zero", "192.0.02.0/24", NULL, "bad_network" },
	{ "a leading blank", " 192.0.2.0/24", NULL, "bad_network" },
	{ "a trailing blank", "192.0.2.0/24 ", NULL, "bad_prefix" },
	{ "a line feed", "192.0.2.0/24\n", NULL, "bad_prefix" },
	{ "a zone", "fe80::1%eth0", NULL, "has_zone" },
	{ "brackets", "[2001:db8::]/32", NULL, "bad_network" },
	{ "two double colons", "2001::db8::/32", NULL, "bad_network" },
	{ "a very long text",
		"2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
		NULL, "bad_network" },
};

static void
checks_networks(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = ERR_EMPTY;
		char out[CIDR_TEXT_SIZE];
		const bool ok = cidr_check(cases[i].in, out, sizeof(out), &e);

		print_message("%s\n", cases[i].name);
		if (cases[i].out) {
			assert_true(ok);
			assert_string_equal(out, cases[i].out);
		} else {
			assert_false(ok);
			assert_string_equal(e.item[0].reason, cases[i].reason);
			assert_string_equal(e.item[0].field, "network");
		}
	}
}

static void
host_bits_name_the_network_that_was_meant(void **state)
{
	struct err e = ERR_EMPTY;
	struct cidr net;

	(void)state;
	assert_false(cidr_parse("10.0.0.1/8", &net, &e));
	assert_non_null(strstr(e.item[0].text, "10.0.0.0/8"));
	err_clear(&e);
	assert_false(cidr_parse("2001:db8::1/64", &net, &e));
	assert_non_null(strstr(e.item[0].text, "2001:db8::/64"));
}

static struct cidr
net_of(const char *in)
{
	struct err e = ERR_EMPTY;
	struct cidr net;

	assert_true(cidr_parse(in, &net, &e));
	return net;
}

static void
width_is_limited_by_family(void **state)
{
	const struct cidr v4 = net_of("10.0.0.0/8"), v6 = net_of("2001::/16");
	struct err e = ERR_EMPTY;

	(void)state;
	assert_true(cidr_check_width(&v4, 8, 32, &e));
	assert_false(cidr_check_width(&v4, 9, 1, &e));
	assert_string_equal(e.item[0].reason, "network_too_wide");
	assert_non_null(strstr(e.item[0].text, "/9"));
	err_clear(&e);
	assert_false(cidr_check_width(&v6, 1, 32, &e));
	assert_true(cidr_check_width(&v6, 32, 16, &(struct err)ERR_EMPTY));
}

static void
sees_what_contains_and_overlaps(void **state)
{
	const struct cidr a = net_of("10.0.0.0/8"), b = net_of("10.1.0.0/16"),
			  c = net_of("11.0.0.0/8"),
			  v6 = net_of("2001:db8::/32");

	(void)state;
	assert_true(cidr_contains(&a, &b));
	assert_false(cidr_contains(&b, &a));
	assert_true(cidr_overlaps(&a, &b));
	assert_true(cidr_overlaps(&b, &a));
	assert_false(cidr_overlaps(&a, &c));
	assert_false(cidr_overlaps(&a, &v6));
}

static void
comes_back_from_its_ends(void **state)
{
	static const char *const nets[] = { "10.0.0.0/8", "192.0.2.7/32",
		"0.0.0.0/1", "2001:db8::/32", "2001:db8::1/128", "8000::/1" };
	const uint8_t from[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10,
		0, 0, 1 };
	const uint8_t to[16] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10,
		0, 0, 2 };
	struct cidr out;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(nets); i++) {
		const struct cidr net = net_of(nets[i]);
		char text[CIDR_TEXT_SIZE];

		assert_true(cidr_from_ends(net.from, net.to, &out));
		cidr_text_full(&out, text);
		assert_string_equal(text, nets[i]);
	}
	assert_false(cidr_from_ends(from, to, &out));
}

static void
reads_a_clients_address(void **state)
{
	static const struct {
		const char *in, *out;
	} ips[] = {
		{ "192.0.2.1", "192.0.2.1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
		{ "2001:DB8::1", "2001:db8::1" },
		{ "[2001:db8::1]", "2001:db8::1" },
		{ "", NULL },
		{ "unknown", NULL },
		{ "192.0.2.1:80", NULL },
		{ "[192.0.2.1]", NULL },
		{ "192.0.2.1, 10.0.0.1", NULL },
		{ "[", NULL },
		{ "[]", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ips); i++) {
		char text[CIDR_TEXT_SIZE];
		uint8_t ip[16];

		assert_int_equal(ip_parse(ips[i].in, ip), ips[i].out != NULL);
		if (!ips[i].out)
			continue;
		ip_text(ip, text);
		assert_string_equal(text, ips[i].out);
	}
}

static void
throttles_ipv6_by_its_64(void **state)
{
	char key[CIDR_TEXT_SIZE];
	uint8_t ip[16];

	(void)state;
	assert_true(ip_parse("2001:db8:1:2:3:4:5:6", ip));
	ip_throttle_key(ip, key);
	assert_string_equal(key, "2001:db8:1:2::/64");
	assert_true(ip_parse("192.0.2.1", ip));
	ip_throttle_key(ip, key);
	assert_string_equal(key, "192.0.2.1");
}

static void
reads_lists(void **state)
{
	struct err e = ERR_EMPTY;
	struct cidr_list list;
	char many[1024] = "";
	uint8_t ip[16];

	(void)state;
	assert_true(cidr_list_parse("127.0.0.1, ::1,10.0.0.0/8", &list, &e));
	assert_int_equal(list.n, 3);
	assert_true(ip_parse("10.9.9.9", ip));
	assert_true(cidr_list_has(&list, ip));
	assert_true(ip_parse("11.9.9.9", ip));
	assert_false(cidr_list_has(&list, ip));
	assert_true(ip_parse("::1", ip));
	assert_true(cidr_list_has(&list, ip));
	assert_true(cidr_list_parse("", &list, &e));
	assert_int_equal(list.n, 0);
	assert_false(cidr_list_parse("127.0.0.1,0.0.0.0/0", &list, &e));
	assert_string_equal(e.item[0].reason, "network_too_wide");
	err_clear(&e);
	for (unsigned i = 0; i < CIDR_LIST_MAX + 1; i++)
		(void)snprintf(many + strlen(many), sizeof(many) - strlen(many),
			"10.0.0.%u,", i);
	assert_false(cidr_list_parse(many, &list, &e));
	assert_string_equal(e.item[0].reason, "too_many_items");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_networks),
		cmocka_unit_test(host_bits_name_the_network_that_was_meant),
		cmocka_unit_test(width_is_limited_by_family),
		cmocka_unit_test(sees_what_contains_and_overlaps),
		cmocka_unit_test(comes_back_from_its_ends),
		cmocka_unit_test(reads_a_clients_address),
		cmocka_unit_test(throttles_ipv6_by_its_64),
		cmocka_unit_test(reads_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
