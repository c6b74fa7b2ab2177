/*
 * See rootd_client.h. The answer is `status LF output`.
 */
#include "mta/rootd_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/file.h"
#include "base/sock.h"
#include "base/str.h"

/* Longer than the longest time-out of a verb. */
#define ANSWER_MS 20000

static bool
exchange(int fd, const char *req, size_t req_len, char *out, size_t size,
	struct err *e)
{
	if (send(fd, req, req_len, MSG_NOSIGNAL) < 0)
		return err_set(e, ERR_UNAVAILABLE, "", "rootd_away", "",
			"postroom-rootd: %s", strerror(errno));
	const ssize_t n = recv(fd, out, size - 1, 0);
	if (n <= 0)
		return err_set(e, ERR_UNAVAILABLE, "", "rootd_away", "",
			"postroom-rootd gave no answer");
	out[n] = '\0';
	return true;
}

static bool
judge(enum root_verb verb, char *answer, struct err *e)
{
	char *text = strchr(answer, '\n');
	int64_t status = 126;
	if (text)
		*text++ = '\0';
	if (!text || !str_to_i64(answer, 0, 255, &status))
		status = 126;
	if (status == 0)
		return true;
	return err_set(e, status == 75 ? ERR_THROTTLED : ERR_INTERNAL, "",
		"root_verb_failed", root_verb_name(verb), "%s: status %d: %s",
		root_verb_name(verb), (int)status, text ? text : "");
}

bool
rootd_call(const char *socket_path, enum root_verb verb, const char *arg,
	struct err *e)
{
	char req[ROOT_REQUEST_MAX], answer[ROOT_OUTPUT_MAX + 16];
	struct str r = STR_FIXED(req);
	int fd = -1;

	str_add(&r, root_verb_name(verb));
	if (arg) {
		str_add_n(&r, "", 1);
		str_add(&r, arg);
	}
	if (!str_is_ok(&r))
		return err_set(e, ERR_INTERNAL, "", "too_long", arg,
			"argument too long");
	if (!sock_connect(socket_path, SOCK_SEQPACKET, &fd, e))
		return false;
	const bool ok = sock_set_timeout(fd, ANSWER_MS)
		&& exchange(fd, req, r.len, answer, sizeof(answer), e)
		&& judge(verb, answer, e);
	fd_close(&fd);
	return ok;
}
