/*
 * See prober.h: the side that asks.
 */
#include "mta/prober.h"

#include <string.h>

#include "base/file.h"
#include "base/sock.h"

bool
prober_ask(const char *socket_path, const struct probe_in *in,
	struct probe_out *out, struct err *e)
{
	struct prober_answer a;
	int fd = -1;
	if (!sock_connect(socket_path, SOCK_STREAM, &fd, e))
		return false;
	const bool ok = sock_set_timeout(fd, PROBE_MS + 5000)
		&& send(fd, in, sizeof(*in), MSG_NOSIGNAL)
			== (ssize_t)sizeof(*in)
		&& recv(fd, &a, sizeof(a), MSG_WAITALL) == (ssize_t)sizeof(a);
	fd_close(&fd);
	if (!ok)
		return err_set(e, ERR_UNAVAILABLE, "", "prober_away", "",
			"postroom-prober does not answer");
	*out = a.out;
	if (a.is_ok)
		return true;
	a.reason[sizeof(a.reason) - 1] = '\0';
	a.text[sizeof(a.text) - 1] = '\0';
	return err_set(e, ERR_UNAVAILABLE, "", a.reason, "", "%s", a.text);
}
