# shellcheck shell=sh
# Shell functions that install what is missing; sourced by quickstart and test.
# They need $root (the top of the tree) and a root user.
: "${root:?}"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$(basename "$0"): $*"; exit 1; }

# Run the calling script again as root, by sudo, where it is not.
become_root() {
	[ "$(id -u)" -eq 0 ] && return 0
	command -v sudo >/dev/null 2>&1 ||
		fail "run it as root or install sudo: it installs packages and" \
			"starts mail servers, which take their own users' rights"
	exec sudo -E "$0" "$@"
}

# Run a command as the person who called sudo, so that what it builds stays
# theirs.
as_caller() {
	if [ -n "${SUDO_USER:-}" ] && [ "$SUDO_USER" != root ]; then
		sudo -u "$SUDO_USER" -H -- "$@"
	else
		"$@"
	fi
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" \
		= installed ]
}

# The packages of the named lists that are not installed.
missing_packages() {
	for list in "$@"; do
		sed -e '/^#/d' "$root/scripts/packages/$list.txt"
	done | sort -u | while read -r package command; do
		is_installed "$package" || {
			[ -n "$command" ] &&
				command -v "$command" >/dev/null 2>&1
		} || printf '%s\n' "$package"
	done
}

# Other mail servers on this machine, one a line.
other_mail_servers() {
	# shellcheck disable=SC2016
	dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' |
		awk '$1 == "installed" && $2 != "postfix" &&
			(/mail-transport-agent/ ||
			 $2 ~ /^(cyrus-imapd|courier-(imap|pop|mta))$/) \
			{ print $2 }'
}

# Nothing that is installed here shall start by itself, now or at boot. Another
# policy may permit it, so it stands aside meanwhile.
policy=/usr/sbin/policy-rc.d
policy_mark='# Of Postroom, while it installs packages.'

hold_services() {
	if [ -e "$policy" ] || [ -L "$policy" ]; then
		# One of ours is left of a run that was killed.
		grep -qsF "$policy_mark" "$policy" ||
			mv "$policy" "$policy.postroom"
	fi
	printf '#!/bin/sh\n%s\nexit 101\n' "$policy_mark" >"$policy"
	chmod 755 "$policy"
	held_policy=yes
}

release_services() {
	[ -n "${held_policy:-}" ] || return 0
	rm -f "$policy"
	if [ -e "$policy.postroom" ] || [ -L "$policy.postroom" ]; then
		mv "$policy.postroom" "$policy"
	fi
	held_policy=
}

disable_new_services() {
	for unit in mariadb postfix dovecot nginx apache2; do
		case " $1 " in
		*" $unit "* | *" $unit-server "* | *" $unit-core "* | \
			*" $unit-light "*)
			deb-systemd-helper disable "$unit.service" || true
			update-rc.d "$unit" disable || true
			;;
		esac
	done >/dev/null 2>&1
}

apt_quietly() {
	DEBIAN_FRONTEND=noninteractive apt-get -qq -y \
		-o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=600 "$@" </dev/null
}

# install_packages LIST...: install what is missing of the lists.
install_packages() {
	missing=$(missing_packages "$@" | tr '\n' ' ')
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null 2>&1 ||
		fail "these Debian packages are missing: $missing"
	say "Installing: $missing"
	log=$(mktemp)
	hold_services
	trap 'release_services' EXIT
	trap 'release_services; exit 130' INT TERM HUP
	if ! is_installed postfix; then
		echo 'postfix postfix/main_mailer_type select No configuration' |
			debconf-set-selections
	fi
	# shellcheck disable=SC2086
	if ! { apt_quietly update &&
		apt_quietly install --no-install-recommends $missing; } \
		>"$log" 2>&1; then
		tail -n 40 "$log" >&2
		rm -f "$log"
		fail "the packages could not be installed"
	fi
	rm -f "$log"
	disable_new_services "$missing"
	release_services
	trap - EXIT INT TERM HUP
}
