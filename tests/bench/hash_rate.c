/*
 * How many passwords one process hashes with the default scheme in so many
 * seconds.
 *
 * usage: hash_rate SECONDS
 */
#include "wire.h"

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	static struct crypt_data data;
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	int64_t end;
	long n = 0;

	if (argc != 2)
		die("usage: hash_rate SECONDS");
	end = now_us() + strtol(argv[1], NULL, 10) * 1000000;
	while (now_us() < end) {
		if (!crypt_gensalt_rn(
			    "$y$", 0, NULL, 0, setting, sizeof(setting))
			|| !crypt_r("a quiet river 7", setting, &data))
			die("crypt");
		n++;
	}
	printf("%ld\n", n);
	return 0;
}
