/*
 * postroom-mapd --ask VERB JSON: one of the verbs that need nothing but this
 * node's files, answered to the operator on the node, with the database away
 * too.
 */
#ifndef MTA_ASK_CMD_H
#define MTA_ASK_CMD_H

#include "base/conf.h"

/* Prints the reply's object as one line; returns the exit status. */
int ask_command(const struct conf *conf, const char *verb, const char *args);

#endif
