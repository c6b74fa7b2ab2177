/*
 * Calendar arithmetic after Howard Hinnant, "chrono-compatible low-level date
 * algorithms" (days_from_civil, civil_from_days), so that no call depends on
 * the time zone of the process.
 */
#include "base/timeutil.h"

#include "base/str.h"

static int64_t
clock_us(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * US_PER_S + ts.tv_nsec / 1000;
}

int64_t
now_us(void)
{
	return clock_us(CLOCK_REALTIME);
}

int64_t
monotonic_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

bool
time_to_civil(int64_t us, struct civil *out)
{
	int64_t days, rest, era, doe, yoe, doy, mp;

	*out = (struct civil){ 0 };
	if (us < 0 || us > TIME_MAX_US)
		return false;
	days = us / US_PER_DAY;
	rest = us % US_PER_DAY;
	days += 719468;
	era = days / 146097;
	doe = days % 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	out->day = (unsigned)(doy - (153 * mp + 2) / 5 + 1);
	out->month = (unsigned)(mp < 10 ? mp + 3 : mp - 9);
	out->year = (unsigned)(yoe + era * 400 + (out->month <= 2 ? 1 : 0));
	out->micro = (unsigned)(rest % US_PER_S);
	rest /= US_PER_S;
	out->second = (unsigned)(rest % 60);
	out->minute = (unsigned)(rest / 60 % 60);
	out->hour = (unsigned)(rest / 3600);
	return true;
}

static unsigned
days_in_month(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31,
		30, 31, 30, 31 };
	const bool is_leap =
		(year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && is_leap ? 29 : days[month - 1];
}

int64_t
time_from_civil(const struct civil *c)
{
	int64_t y, era, yoe, doy, doe, days;

	if (c->year < 1970 || c->year > 9999 || c->month < 1 || c->month > 12
		|| c->day < 1 || c->day > days_in_month(c->year, c->month)
		|| c->hour > 23 || c->minute > 59 || c->second > 59
		|| c->micro > 999999)
		return TIME_NONE;
	y = (int64_t)c->year - (c->month <= 2 ? 1 : 0);
	era = y / 400;
	yoe = y % 400;
	doy = (153 * (int64_t)(c->month > 2 ? c->month - 3 : c->month + 9) + 2)
			/ 5
		+ c->day - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	days = era * 146097 + doe - 719468;
	return ((days * 24 + c->hour) * 60 + c->minute) * 60 * US_PER_S
		+ c->second * US_PER_S + c->micro;
}

/* `n` digits of a number, with leading zeros; what follows is written next. */
static char *
put_number(char *at, unsigned n, unsigned value)
{
	for (unsigned i = n; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + n;
}

/* `2026-11-22T04:45:00` with the given sign between; where it ends. */
static char *
put_date_time(char *at, const struct civil *c, char between)
{
	at = put_number(at, 4, c->year);
	*at++ = '-';
	at = put_number(at, 2, c->month);
	*at++ = '-';
	at = put_number(at, 2, c->day);
	*at++ = between;
	at = put_number(at, 2, c->hour);
	*at++ = ':';
	at = put_number(at, 2, c->minute);
	*at++ = ':';
	return put_number(at, 2, c->second);
}

void
time_rfc3339(int64_t us, char out[static TIME_TEXT_SIZE])
{
	struct civil c;
	char *at = out;

	if (time_to_civil(us, &c)) {
		at = put_date_time(at, &c, 'T');
		if (c.micro > 0) {
			*at++ = '.';
			at = put_number(at, 6, c.micro);
		}
		*at++ = 'Z';
	}
	*at = '\0';
}

void
time_sql(int64_t us, char out[static TIME_TEXT_SIZE])
{
	struct civil c;
	char *at = out;

	if (time_to_civil(us, &c)) {
		at = put_date_time(at, &c, ' ');
		*at++ = '.';
		at = put_number(at, 6, c.micro);
	}
	*at = '\0';
}

/* Exactly `n` digits at *p, which moves on. */
static bool
take_number(const char **p, unsigned n, unsigned *value_r)
{
	*value_r = 0;
	while (n-- > 0) {
		if (!char_is_digit(**p))
			return false;
		*value_r = *value_r * 10 + (unsigned)(**p - '0');
		(*p)++;
	}
	return true;
}

static bool
take_char(const char **p, const char *allowed)
{
	if (!**p || !strchr(allowed, **p))
		return false;
	(*p)++;
	return true;
}

/* An optional fraction of one to six digits. */
static bool
take_fraction(const char **p, unsigned *micro_r)
{
	unsigned digits = 0;

	*micro_r = 0;
	if (**p != '.')
		return true;
	(*p)++;
	for (; char_is_digit(**p); (*p)++, digits++) {
		if (digits == 6)
			return false;
		*micro_r = *micro_r * 10 + (unsigned)(**p - '0');
	}
	if (digits == 0)
		return false;
	for (; digits < 6; digits++)
		*micro_r *= 10;
	return true;
}

/* The date, one of `between`, the time of day and a fraction. */
static bool
take_date_time(const char **p, const char *between, struct civil *c)
{
	return take_number(p, 4, &c->year) && take_char(p, "-")
		&& take_number(p, 2, &c->month) && take_char(p, "-")
		&& take_number(p, 2, &c->day) && take_char(p, between)
		&& take_number(p, 2, &c->hour) && take_char(p, ":")
		&& take_number(p, 2, &c->minute) && take_char(p, ":")
		&& take_number(p, 2, &c->second) && take_fraction(p, &c->micro);
}

/* Z, or +hh:mm, as seconds east of UTC. */
static bool
take_zone(const char **p, int64_t *east_s_r)
{
	const char sign = **p;
	unsigned hours, minutes;

	*east_s_r = 0;
	if (take_char(p, "Zz"))
		return true;
	if (!take_char(p, "+-") || !take_number(p, 2, &hours)
		|| !take_char(p, ":") || !take_number(p, 2, &minutes)
		|| hours > 23 || minutes > 59)
		return false;
	*east_s_r = (int64_t)hours * 3600 + (int64_t)minutes * 60;
	if (sign == '-')
		*east_s_r = -*east_s_r;
	return true;
}

bool
time_parse(const char *in, int64_t *us_r, struct err *e)
{
	const char *p = in;
	struct civil c;
	int64_t us, east_s;

	*us_r = TIME_NONE;
	if (!take_date_time(&p, "Tt ", &c) || !take_zone(&p, &east_s) || *p)
		goto bad;
	us = time_from_civil(&c);
	if (us == TIME_NONE)
		goto bad;
	us -= east_s * US_PER_S;
	if (us < 0 || us > TIME_MAX_US)
		goto bad;
	*us_r = us;
	return true;
bad:
	return err_set(e, ERR_INVALID, "time", "bad_time", in,
		"write a time as 2026-01-31T12:00:00Z");
}

int64_t
time_from_sql(const char *in)
{
	const char *p = in;
	struct civil c;

	if (!take_date_time(&p, " T", &c) || *p)
		return TIME_NONE;
	return time_from_civil(&c);
}
