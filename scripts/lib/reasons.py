"""Does the panel have words for every reason that the API can give?

Reads the sources for the literals that end up as the reason of an error
(base/err.h), and the panel's table of words. Those that no person at the panel
can meet are listed here. What has words of its own elsewhere counts too.
"""

import collections
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
FOLDERS = ("base", "db", "core", "maps", "cgi")
WORD = re.compile(r'^"([a-z0-9]+(?:_[a-z0-9]+)*)"$')
# What no person at the panel meets, by where it comes from.
NEVER = {
    "requests that the panel does not send":
        "bad_args bad_escape bad_etag bad_header bad_json bad_key bad_length "
        "body_cut body_not_wanted duplicate_key empty header_too_long "
        "loopback_only method not_bytes not_json too_many_keys trailing_data "
        "uri_too_long",
    "nodes and their feed":
        "bad_token no_feed no_token over too_many_waiting unknown",
    "the command line, set-up, backups":
        "bad_key_file bad_line cannot_read damaged foreign_table "
        "line_too_long not_this_system "
        "migration_changed migration_gap migration_half_done no_key_file "
        "no_migrations no_schema no_user not_a_backup not_empty "
        "open_to_others other_key record_too_large unknown_section "
        "wrong_passphrase",
    "rows and files that nobody sends":
        "bad_state commit duplicate_line file no_node socket",
}
# These codes are the log's: the panel shows its own words for them.
PRIVATE = {"ERR_INTERNAL", "ERR_RETRY", "ERR_OUTCOME", "ERR_UNAVAILABLE"}


def arguments(text, at):
    """The arguments of the call whose parenthesis was opened before `at`."""
    depth, start, found = 1, at, []
    while at < len(text):
        c = text[at]
        if c in "\"'":
            at += 1
            while at < len(text) and text[at] != c:
                at += 2 if text[at] == "\\" else 1
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                return [*found, text[start:at].strip()]
        elif c == "," and depth == 1:
            found.append(text[start:at].strip())
            start = at + 1
        at += 1
    return found


def takers(text):
    """Functions with a parameter for the reason: {name: its place}."""
    found = {}
    for m in re.finditer(r"\b(\w+)\(", text):
        if m.group(1) in ("if", "while", "for", "switch", "sizeof"):
            continue
        names = arguments(text, m.end())
        for place, name in enumerate(names):
            if re.match(r"^const char \*(reason|why)$", name):
                found[m.group(1)] = place
    return found


def without_comment(m):
    """A text or character stays; a comment leaves its line ends."""
    return m.group(1) or "\n" * m.group().count("\n")


def reasons():
    """Each literal reason with the places where it stands."""
    texts = {}
    for folder in FOLDERS:
        for path in sorted(glob.glob(os.path.join(ROOT, folder, "*.[ch]"))):
            with open(path, encoding="utf-8") as f:
                texts[os.path.relpath(path, ROOT)] = re.sub(
                    r'("(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')'
                    r"|/\*.*?\*/", without_comment, f.read(), flags=re.S)
    shared = {}
    for path, text in texts.items():
        if path.endswith(".h"):
            shared.update(takers(text))
    found = collections.defaultdict(list)
    for path, text in texts.items():
        for name, place in {**shared, **takers(text)}.items():
            for m in re.finditer(rf"\b{name}\(", text):
                given = arguments(text, m.end())
                if len(given) <= place or PRIVATE & set(given):
                    continue
                for literal in re.findall(r'"[^"]*"', given[place]):
                    word = WORD.match(literal)
                    if word:
                        line = text.count("\n", 0, m.start()) + 1
                        found[word.group(1)].append(f"{path}:{line}")
    return found


def worded():
    """The reasons that the panel has words for, in both languages."""
    found = set()
    for path in glob.glob(os.path.join(ROOT, "www/src/i18n/reasons*.ts")):
        with open(path, encoding="utf-8") as f:
            found |= set(re.findall(r"^\t([a-z0-9_]+): \{", f.read(), re.M))
    return found


def main():
    given, words = reasons(), worded()
    never = {word for words in NEVER.values() for word in words.split()}
    wrong = [f"{reason} ({', '.join(given[reason][:3])}): no words"
             for reason in sorted(set(given) - words - never)]
    wrong += [f"{reason}: is listed as never seen and is not given"
              for reason in sorted(never - set(given))]
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
