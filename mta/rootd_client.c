/*
 * See rootd_client.h; the answer is as root_verbs.h says.
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
away(const char *why, struct err *e)
{
	return err_set(e, ERR_UNAVAILABLE, "", "rootd_away", "",
		"postroom-rootd: %s", why);
}

/* `status LF` begins the first packet; the rest is output. */
static bool
take_status(char *packet, int64_t *status_r, const char **text_r)
{
	char *end = strchr(packet, '\n');
	if (!end)
		return false;
	*end = '\0';
	*text_r = end + 1;
	return str_to_i64(packet, 0, 255, status_r);
}

static bool
exchange(int fd, const struct str *req, int64_t *status_r, struct str *out,
	char *words, size_t words_size, struct err *e)
{
	char packet[ROOT_PACKET_MAX + 1];
	bool is_first = true;
	if (send(fd, req->data, req->len, MSG_NOSIGNAL) < 0)
		return away(strerror(errno), e);
	for (;;) {
		const ssize_t n = recv(fd, packet, sizeof(packet) - 1, 0);
		const char *text = packet;
		if (n == 0 && !is_first)
			return true;
		if (n <= 0)
			return away("no answer", e);
		packet[n] = '\0';
		if (is_first && !take_status(packet, status_r, &text))
			return away("an answer that cannot be read", e);
		if (is_first)
			snprintf(words, words_size, "%s", text);
		is_first = false;
		if (out && !str_add(out, text))
			return err_set(e, ERR_LIMIT, "", "too_long", "",
				"the answer is too long");
	}
}

bool
rootd_ask(const char *socket_path, enum root_verb verb, const char *arg,
	struct str *out, struct err *e)
{
	char req[ROOT_REQUEST_MAX], words[1024] = "";
	struct str r = STR_FIXED(req);
	int64_t status = 126;
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
	bool ok = sock_set_timeout(fd, ANSWER_MS)
		&& exchange(fd, &r, &status, out, words, sizeof(words), e);
	fd_close(&fd);
	if (ok && status != 0)
		ok = err_set(e, status == 75 ? ERR_THROTTLED : ERR_INTERNAL, "",
			"root_verb_failed", root_verb_name(verb),
			"%s: status %d: %s", root_verb_name(verb), (int)status,
			words);
	return ok;
}
