/*
 * What a worker of postroom-web gives up after its start.
 */
#ifndef CGI_WEB_SANDBOX_H
#define CGI_WEB_SANDBOX_H

#include "base/conf.h"
#include "base/err.h"

/*
 * After this the process can neither start programs nor reach the network, and
 * reads only what libraries load late, what names its user, and its own key.
 * The connection to the database is opened before or after.
 */
bool web_sandbox_enter(const struct conf *conf, struct err *e) MUST_USE;

#endif
