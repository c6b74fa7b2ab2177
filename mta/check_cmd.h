/*
 * `postroom-mapd --check`, beside the running publisher.
 */
#ifndef MTA_CHECK_CMD_H
#define MTA_CHECK_CMD_H

#include "base/base.h"
#include "base/conf.h"

/*
 * Compare the files with the database and print the result. What differs only
 * because it has just changed drops out by comparing again. Exit status: 0
 * equal, 1 different, 70 or 75 could not be compared.
 */
int check_command(const struct conf *conf);

#endif
