# Postroom: one Makefile, no recursion. `make help` lists the targets.
#
# Sources are found by folder. A file NAME_main.c is the main file of a
# program; everything else in its folder and in the lower layers goes into
# libraries that it is linked with.

SHELL := /bin/bash
.DEFAULT_GOAL := all
MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:

PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
DESTDIR ?=
CC ?= cc
ifeq ($(origin CC),default)
CC := cc
endif
VERSION := 0.1.0

# SAN=1 builds with the address and undefined behaviour sanitizers.
ifeq ($(SAN),1)
B := build-san
SANFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
OPT := -O1 -g
FORTIFY :=
else
B := build
SANFLAGS :=
OPT := -O2 -g
FORTIFY := -D_FORTIFY_SOURCE=3
endif

Q := $(if $(V),,@)

PKGS := libmariadb json-c openssl libcurl libsodium libcrypt lmdb sqlite3 libidn2 \
	inih libseccomp liboath libfido2
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS))
PKG_LIBS := $(shell pkg-config --libs $(PKGS)) -lfcgi -lpthread

WARN := -Wall -Wextra -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wwrite-strings -Wundef -Wpointer-arith \
	-Wcast-align=strict -Wimplicit-fallthrough
ifdef CI
WARN += -Werror
endif

CPPFLAGS += -I. -D_GNU_SOURCE -DPOSTROOM_VERSION='"$(VERSION)"' \
	-DPOSTROOM_SCHEMA_DIR='"$(PREFIX)/share/postroom/schema"' $(FORTIFY)
CFLAGS := -std=gnu17 $(OPT) $(WARN) -fPIE -fstack-protector-strong \
	-fstack-clash-protection -fno-common $(SANFLAGS) $(PKG_CFLAGS) $(CFLAGS)
LDFLAGS := -pie -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed \
	$(SANFLAGS) $(LDFLAGS)

LAYERS := base db core maps cgi cli jobs mta
UPPER := cgi cli jobs mta
MAINS := $(foreach d,$(LAYERS),$(wildcard $(d)/*_main.c))
SRCS := $(filter-out $(MAINS),$(foreach d,$(LAYERS),$(wildcard $(d)/*.c)))
LIBS := $(foreach d,$(LAYERS),$(if $(filter $(d)/%,$(SRCS)),$(B)/lib/lib$(d).a))

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))

# Where the schema will be found is compiled in: another PREFIX, another object.
.PHONY: FORCE
$(B)/prefix: FORCE
	$(Q)mkdir -p $(@D)
	$(Q)echo "$(PREFIX)" | cmp -s - $@ || echo "$(PREFIX)" >$@
$(call obj,db/migrate.c): $(B)/prefix

# The program of a main file: postroom_main.c is `postroom`, web_main.c is
# `postroom-web`.
prog_of = $(if $(filter postroom,$(1)),postroom,postroom-$(1))
PROGS := $(foreach m,$(MAINS),$(B)/bin/$(call prog_of,$(patsubst %_main.c,%,$(notdir $(m)))))

# Libraries that a main file of folder $(1) is linked with, highest first.
lib_if = $(filter $(B)/lib/lib$(1).a,$(LIBS))
libs_for = $(if $(filter $(1),$(UPPER)),$(call lib_if,$(1))) \
	$(call lib_if,maps) $(call lib_if,core) $(call lib_if,db) $(call lib_if,base)

UNIT_SRCS := $(wildcard tests/unit/*.c)
UNIT_BINS := $(patsubst tests/unit/%.c,$(B)/tests/%,$(UNIT_SRCS))

.PHONY: all
all: $(PROGS) ## build every program into build/bin

$(B)/obj/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(if $(V),,@echo "  CC    $<")
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

define LIB_RULE
$(B)/lib/lib$(1).a: $(call obj,$(filter $(1)/%,$(SRCS)))
	$$(Q)mkdir -p $$(@D)
	$$(Q)rm -f $$@ && $$(AR) rcs $$@ $$^
endef
$(foreach d,$(LAYERS),$(if $(filter $(d)/%,$(SRCS)),$(eval $(call LIB_RULE,$(d)))))

define PROG_RULE
$(B)/bin/$(call prog_of,$(patsubst %_main.c,%,$(notdir $(1)))): \
		$(call obj,$(1)) $(call libs_for,$(patsubst %/,%,$(dir $(1))))
	$$(Q)mkdir -p $$(@D)
	$$(if $(V),,@echo "  LD    $$@")
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(PKG_LIBS)
endef
$(foreach m,$(MAINS),$(eval $(call PROG_RULE,$(m))))

# Unit tests: one program a file. tests/unit/FOLDER_NAME.c is linked with the
# library of FOLDER and those below it.
test_folder = $(firstword $(subst _, ,$(notdir $(basename $(1)))))
define UNIT_RULE
$(B)/tests/$(notdir $(basename $(1))): $(call obj,$(1)) \
		$(call libs_for,$(call test_folder,$(1)))
	$$(Q)mkdir -p $$(@D)
	$$(if $(V),,@echo "  LD    $$@")
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(PKG_LIBS) -lcmocka
endef
$(foreach t,$(UNIT_SRCS),$(eval $(call UNIT_RULE,$(t))))

# Programs that tests run as one of our programs would run, linked alike and
# never installed: tests/hooks/FOLDER_NAME.c.
HOOK_SRCS := $(wildcard tests/hooks/*.c)
HOOK_BINS := $(patsubst tests/hooks/%.c,$(B)/hooks/%,$(HOOK_SRCS))
define HOOK_RULE
$(B)/hooks/$(notdir $(basename $(1))): $(call obj,$(1)) \
		$(call libs_for,$(call test_folder,$(1)))
	$$(Q)mkdir -p $$(@D)
	$$(if $(V),,@echo "  LD    $$@")
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $$(PKG_LIBS)
endef
$(foreach t,$(HOOK_SRCS),$(eval $(call HOOK_RULE,$(t))))

.PHONY: unit-programs
unit-programs: $(UNIT_BINS) $(HOOK_BINS)

# Measuring programs: one a file, beside what they share in wire.c.
BENCH_SRCS := $(wildcard tests/bench/*.c)
BENCH_BINS := $(patsubst tests/bench/%.c,$(B)/bench/%,\
	$(filter-out tests/bench/wire.c,$(BENCH_SRCS)))
$(B)/bench/%: $(B)/obj/tests/bench/%.o $(B)/obj/tests/bench/wire.o
	$(Q)mkdir -p $(@D)
	$(if $(V),,@echo "  LD    $@")
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

.PHONY: bench-programs
bench-programs: $(BENCH_BINS)

-include $(patsubst %.o,%.d,$(call obj,$(SRCS) $(MAINS) $(UNIT_SRCS) \
	$(HOOK_SRCS) \
	$(BENCH_SRCS)))

.PHONY: run
run: ## bring up a private instance and print the panel's address
	$(Q)scripts/quickstart

.PHONY: stop
stop: ## stop the private instance
	$(Q)scripts/instance stop

.PHONY: test test-unit test-api test-mail test-panel soak
.PHONY: test-publish test-access test-bulk
test: ## every test, from unit tests to real mail and a real browser
	$(Q)scripts/test
test-unit: ## unit, database and fuzz tests alone
	$(Q)scripts/test unit
test-api: ## tests of the HTTP API alone
	$(Q)scripts/test api
test-mail: ## tests with real Postfix and Dovecot alone
	$(Q)scripts/test mail
test-panel: ## tests of the panel in a real browser alone
	$(Q)scripts/test panel
test-publish: ## what publishing, explaining and the nodes do, alone
	$(Q)scripts/test publish
test-access: ## roles, sign-in, tokens, audit and hardening alone
	$(Q)scripts/test access
test-bulk: ## import, export, bulk work and the command line alone
	$(Q)scripts/test bulk
soak: ## the same tests with their full, long counts
	$(Q)scripts/test --soak

.PHONY: bench
bench: ## measure against floors of the same run (BENCH_JSON=FILE)
	$(Q)scripts/bench

.PHONY: lint
lint: ## formatting, static analysis, layer rules
	$(Q)scripts/lint

.PHONY: www
www: www/dist/index.html ## build the panel into www/dist
www/node_modules/.installed: www/package-lock.json
	$(Q)cd www && npm ci --no-audit --no-fund && touch node_modules/.installed
WWW_SRCS := $(shell find www/src www/public www/scripts -type f 2>/dev/null) \
	$(wildcard www/*.ts www/*.json www/*.html) $(wildcard docs/openapi.json)
www/dist/index.html: www/node_modules/.installed $(WWW_SRCS)
	$(Q)cd www && npm run build
	$(Q)touch $@

.PHONY: install
install: all ## install below DESTDIR/PREFIX
	$(Q)DESTDIR="$(DESTDIR)" PREFIX="$(PREFIX)" SYSCONFDIR="$(SYSCONFDIR)" \
		B="$(B)" scripts/install

.PHONY: clean
clean: ## remove everything that was built
	$(Q)rm -rf build build-san build-fuzz www/dist

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' \
		$(MAKEFILE_LIST)
