/*
 * See facts.h. Nothing is run: versions are those of Debian's package list,
 * the queue folder is what main.cf names.
 */
#include "mta/facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/jsonw.h"

#define PACKAGES "/var/lib/dpkg/status"
#define SPOOL "/var/spool/postfix"

/* The Version of each stanza whose Package is asked for. */
static void
read_versions(struct facts *f)
{
	char *line = NULL, *out = NULL;
	size_t cap = 0;
	FILE *in = fopen(PACKAGES, "re");
	while (in && getline(&line, &cap, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "Package: ", 9) == 0)
			out = strcmp(line + 9, "postfix") == 0 ? f->postfix
				: strcmp(line + 9, "dovecot-core") == 0
				? f->dovecot
				: NULL;
		else if (out && strncmp(line, "Version: ", 9) == 0
			&& !str_copy(out, sizeof(f->postfix), line + 9))
			out = NULL;
	}
	free(line);
	if (in)
		fclose(in);
}

static void
read_spool(const struct conf *conf, struct facts *f)
{
	char path[CONF_PATH_SIZE + 16], *line = NULL;
	size_t cap = 0;
	if (!str_copy(f->spool, sizeof(f->spool), SPOOL))
		return;
	snprintf(path, sizeof(path), "%s/main.cf", conf->rootd.postfix_config);
	FILE *in = fopen(path, "re");
	while (in && getline(&line, &cap, in) > 0) {
		char value[256];
		if (sscanf(line, "queue_directory = %255s", value) == 1
			&& value[0] == '/'
			&& !str_copy(f->spool, sizeof(f->spool), value))
			break;
	}
	free(line);
	if (in)
		fclose(in);
}

void
facts_learn(const struct conf *conf, struct facts *f)
{
	*f = (struct facts){ .spool = "" };
	read_versions(f);
	read_spool(conf, f);
}

static void
write_room(struct jsonw *w, const char *key, const char *path)
{
	struct statvfs s;
	if (statvfs(path, &s) < 0) {
		jsonw_null(w, key);
		return;
	}
	jsonw_object(w, key);
	jsonw_uint(w, "free_bytes", (uint64_t)s.f_bavail * s.f_frsize);
	jsonw_uint(w, "bytes", (uint64_t)s.f_blocks * s.f_frsize);
	jsonw_uint(w, "free_inodes", (uint64_t)s.f_favail);
	jsonw_uint(w, "inodes", (uint64_t)s.f_files);
	jsonw_end(w);
}

bool
facts_write(const struct conf *conf, const struct facts *f, struct str *out)
{
	struct err e = ERR_EMPTY;
	struct jsonw w = jsonw_over(out);
	struct sysinfo s = { 0 };
	char host[256] = "";
	(void)!gethostname(host, sizeof(host) - 1);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "host", host);
	jsonw_str(&w, "postfix", f->postfix[0] ? f->postfix : NULL);
	jsonw_str(&w, "dovecot", f->dovecot[0] ? f->dovecot : NULL);
	jsonw_int(&w, "cpus", sysconf(_SC_NPROCESSORS_ONLN));
	if (sysinfo(&s) == 0) {
		jsonw_uint(&w, "load",
			((uint64_t)s.loads[0] * 100) >> SI_LOAD_SHIFT);
		jsonw_int(&w, "up_s", s.uptime);
	}
	jsonw_object(&w, "room");
	write_room(&w, "maps", conf->node.postfix_maps);
	write_room(&w, "state", conf->node.state);
	write_room(&w, "spool", f->spool);
	jsonw_end(&w);
	jsonw_end(&w);
	return jsonw_done(&w, &e);
}
