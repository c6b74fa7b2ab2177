/*
 * The state of the relay whitelist and the list of held domains: what is read
 * is written the same, and the table for Postfix holds plain networks only.
 *
 * fuzz-links: maps
 */
#include "tests/fuzz/fuzz.h"

#include "base/timeutil.h"
#include "maps/holds.h"
#include "maps/whitelist.h"

static void
check_table(const char *table)
{
	while (*table) {
		const size_t len = strcspn(table, "\n");
		const size_t net = strcspn(table, " \n");
		char text[CIDR_TEXT_SIZE];
		struct err e = ERR_EMPTY;
		struct cidr cidr;

		MUST(table[len] == '\n');
		if (table[0] == '#'
			|| strcmp(table,
				   "255.255.255.255/32 "
				   "reject_unauth_destination\n")
				== 0) {
			table += len + 1;
			continue;
		}
		MUST(len == net + 3);
		MUST(memcmp(table + net, " OK", 3) == 0);
		MUST(str_copy_n(text, sizeof(text), table, net));
		MUST(cidr_parse(text, &cidr, &e));
		table += len + 1;
	}
}

static void
check_relay(struct arena *a, const char *text)
{
	struct str state = str_in(a, 1 << 20), table = str_in(a, 1 << 20);
	struct relay_list list = { 0 }, again = { 0 };
	struct err e = ERR_EMPTY;

	if (relay_parse(text, &list, &e)) {
		relay_sort(&list);
		MUST(relay_state(&list, &state));
		MUST(relay_parse(str_text(&state), &again, &e));
		relay_sort(&again);
		MUST(relay_equal(&list, &again));
		MUST(relay_table(&list, 0, &table));
		check_table(str_text(&table));
		(void)relay_next_expiry(&list, 0);
		MUST(!relay_closes(str_text(&table), &again, 0));
	} else {
		fuzz_error(&e);
	}
	relay_free(&again);
	MUST(relay_read_table(text, &again, &e));
	relay_free(&list);
	relay_free(&again);
}

static void
check_holds(struct arena *a, const char *text)
{
	struct str once = str_in(a, 1 << 20), twice = str_in(a, 1 << 20);
	struct hold_list list = { 0 }, again = { 0 };
	struct err e = ERR_EMPTY;

	if (holds_parse(text, &list, &e)) {
		MUST(holds_write(&list, &once));
		MUST(holds_parse(str_text(&once), &again, &e));
		MUST(holds_write(&again, &twice));
		MUST(strcmp(str_text(&once), str_text(&twice)) == 0);
	} else {
		fuzz_error(&e);
	}
	holds_free(&list);
	holds_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = fuzz_arena();
	const char *text = fuzz_text(a, data, size);

	check_relay(a, text);
	check_holds(a, text);
	return 0;
}
