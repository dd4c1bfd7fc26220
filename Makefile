# latchkey. `make help` lists the targets. Site settings go into config.mk.
-include config.mk

BUILD   ?= build
PREFIX  ?= /usr/local
CXX     ?= g++
VERSION := 0.1.0

PACKAGES := fcgi libjwt libcjson sqlite3 libcurl openssl libcrypto spdlog fmt apr-util-1 re2
# In front of the compilers that a target chooses itself: `make lint CCACHE=ccache`.
CCACHE  ?=
# `make Q=` shows the commands.
Q ?= @
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wformat-security -Werror
OPTIMIZE ?= -O2
# Line numbers only: full debugging doubles the time to compile. `make DEBUG=-g3` for a debugger.
DEBUG    ?= -g1
SANITIZE ?=
FORTIFY  ?= -D_FORTIFY_SOURCE=2

# Recursive on purpose: pkg-config is asked only when something is compiled, after the set-up step.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PACKAGES)))$(PKG_LIBS)
CPPFLAGS  += -Iinclude -Isrc -I$(BUILD)/gen -DLATCHKEY_VERSION='"$(VERSION)"' $(FORTIFY)
CXXFLAGS  += -std=c++23 $(DEBUG) $(OPTIMIZE) $(WARNINGS) -fstack-protector-strong -fPIE $(SANITIZE)
LDFLAGS   += -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANITIZE)

SOURCES  := $(wildcard src/*/*.cc src/*/*/*.cc) $(filter-out src/main_%,$(wildcard src/*.cc))
OBJECTS  := $(SOURCES:%.cc=$(BUILD)/obj/%.o)
LIBRARY  := $(BUILD)/liblatchkey.a
PROGRAMS := $(patsubst %,$(BUILD)/bin/%,latchkey-authorizer latchkey-responder latchkey)

# One test program per folder below tests/unit, and one each for tests/flow and tests/process.
UNIT_FOLDERS := $(notdir $(patsubst %/,%,$(dir $(wildcard tests/unit/*/*_test.cc))))
UNIT_TESTS   := $(patsubst %,$(BUILD)/tests/unit-%,$(sort $(UNIT_FOLDERS)))
FLOW_TESTS   := $(if $(wildcard tests/flow/*_test.cc),$(BUILD)/tests/flow)
PROCESS_TESTS := $(if $(wildcard tests/process/*_test.cc),$(BUILD)/tests/process)

.DELETE_ON_ERROR:
.SECONDEXPANSION:
.SECONDARY:
.PHONY: all demo test check unit bench soak coverage asan fuzz lint dist-static install clean help
all: $(PROGRAMS)

$(BUILD)/bin/latchkey-authorizer: $(BUILD)/obj/src/main_authorizer.o $(LIBRARY)
$(BUILD)/bin/latchkey-responder: $(BUILD)/obj/src/main_responder.o $(LIBRARY)
$(BUILD)/bin/latchkey: $(BUILD)/obj/src/main_admin.o $(LIBRARY)
# A decision takes some forty pieces of memory, most of them libfcgi's, and a fifth of its time is spent
# in getting and giving them back. The sanitizers bring an allocator of their own.
$(BUILD)/bin/latchkey-authorizer: ALLOCATOR = $(if $(SANITIZE),,-lmimalloc)
$(PROGRAMS):
	@mkdir -p $(@D)
	@echo "  link $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(ALLOCATOR) $(PKG_LIBS)

# Rewritten only when its members change: `rcs` alone would keep objects of deleted sources.
$(LIBRARY): $(OBJECTS)
	@rm -f $@ && ar rcs $@ $^

SQL_FILES      := $(sort $(wildcard sql/query/*/*.sql))
SCHEMA_FILES   := $(sort $(wildcard sql/schema/*.sql))
TEMPLATE_FILES := $(sort $(wildcard src/pages/templates/*))
GENERATED      := $(BUILD)/gen/sql_queries.inc $(BUILD)/gen/sql_schema.inc $(BUILD)/gen/templates.inc \
                  $(BUILD)/gen/reference.inc

$(BUILD)/gen/sql_queries.inc: $(SQL_FILES) src/embed.sh
	@mkdir -p $(@D)
	@src/embed.sh sql sql/query $(SQL_FILES) > $@
$(BUILD)/gen/sql_schema.inc: $(SCHEMA_FILES) src/embed.sh
	@mkdir -p $(@D)
	@src/embed.sh sql sql $(SCHEMA_FILES) > $@
$(BUILD)/gen/templates.inc: $(TEMPLATE_FILES) src/embed.sh
	@mkdir -p $(@D)
	@src/embed.sh text src/pages/templates $(TEMPLATE_FILES) > $@

$(BUILD)/gen/reference.inc: conf/latchkey.toml src/embed.sh
	@mkdir -p $(@D)
	@src/embed.sh text conf $< > $@

# The headers under tests/ are found from there; nothing in src/ may look.
$(BUILD)/obj/tests/%.o: CPPFLAGS += -Itests
$(BUILD)/obj/%.o: %.cc | $(GENERATED)
	@mkdir -p $(@D)
	@echo "  compile $<"
	$(Q)$(CXX) $(CPPFLAGS) $(PKG_CFLAGS) $(CXXFLAGS) -MMD -MP -c -o $@ $<

TEST_LIBS = $(PKG_LIBS) -lgmock_main -lgmock -lgtest -lpthread
objects_of = $(addprefix $(BUILD)/obj/,$(addsuffix .o,$(basename $(wildcard $1 tests/support/*.cc))))
$(UNIT_TESTS): $(BUILD)/tests/unit-%: $$(call objects_of,tests/unit/%/*.cc) $(LIBRARY)
$(FLOW_TESTS): $(call objects_of,tests/flow/*.cc) $(LIBRARY)
$(PROCESS_TESTS): $(call objects_of,tests/process/*.cc) $(LIBRARY) | $(PROGRAMS)
$(UNIT_TESTS) $(FLOW_TESTS) $(PROCESS_TESTS):
	@mkdir -p $(@D)
	@echo "  link $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(TEST_LIBS)

# ---- the two commands, and what tests are made of ----

# The set-up step first, then make again: pkg-config is asked only after it has run.
demo:
	@tests/setup.sh demo
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@exec examples/demo/run.sh

test:
	@tests/setup.sh test
	@$(MAKE) --no-print-directory -j$(JOBS) all binaries-of-tests $(TARBALL)
	@tests/run.sh all

check:
	@tests/setup.sh check
	@$(MAKE) --no-print-directory -j$(JOBS) all binaries-of-check
	@tests/run.sh check

JOBS ?= $(shell nproc)
.PHONY: binaries-of-tests binaries-of-check
binaries-of-check: $(UNIT_TESTS) $(FLOW_TESTS) $$(REPLAYS)
binaries-of-tests: binaries-of-check $(PROCESS_TESTS) $$(BENCH_TOOLS)
unit: $(UNIT_TESTS)
	@for t in $^; do $$t --gtest_brief=1 || exit 1; done

# ---- fuzz targets: replayed by `check` with the ordinary compiler, driven by `fuzz` with clang's ----

FUZZ_TARGETS := $(patsubst tests/fuzz/%_fuzz.cc,%,$(wildcard tests/fuzz/*_fuzz.cc))
REPLAYS      := $(patsubst %,$(BUILD)/tests/replay-%,$(FUZZ_TARGETS))
FUZZERS      := $(patsubst %,$(BUILD)/tests/fuzz-%,$(FUZZ_TARGETS))
FUZZ_SECONDS ?= 30

$(BUILD)/tests/replay-%: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(BUILD)/obj/tests/fuzz/replay_main.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo "  link $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)
$(BUILD)/tests/fuzz-%: $(BUILD)/obj/tests/fuzz/%_fuzz.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo "  link $@"
	$(Q)$(CXX) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)
.PHONY: fuzzers
fuzzers: $(FUZZERS)

fuzz:
	@tests/setup.sh lint
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=build-fuzz CXX='$(CCACHE) clang++-19' OPTIMIZE='-O1' \
	  SANITIZE='-fsanitize=fuzzer-no-link,address,undefined' fuzzers
	@tests/fuzz/run.sh build-fuzz/tests $(FUZZ_SECONDS)

# ---- the same tests under other eyes ----

# g++ 12 takes what std::regex does for uninitialized as soon as it is instrumented.
asan:
	@tests/setup.sh check
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=build-asan OPTIMIZE='-O1 -fno-omit-frame-pointer' \
	  SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all -Wno-maybe-uninitialized' FORTIFY= \
	  all binaries-of-tests
	@BUILD=build-asan tests/run.sh sanitized

coverage:
	@tests/setup.sh test lint
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=build-coverage OPTIMIZE='-O0' SANITIZE=--coverage \
	  FORTIFY= all binaries-of-tests build-coverage/dist/$(notdir $(TARBALL))
	@BUILD=build-coverage tests/run.sh coverage

.PHONY: tidied
tidied: all binaries-of-tests
	@JOBS=$(JOBS) tests/tidy.sh $(BUILD) $(CPPFLAGS) $(PKG_CFLAGS) -Itests -std=c++23

lint:
	@tests/setup.sh lint
	@tests/lint.sh
	@$(MAKE) --no-print-directory -j$(JOBS) BUILD=build-lint CXX='$(CCACHE) clang++-19' OPTIMIZE=-O0 \
	  FORTIFY= tidied
	@echo 'lint: clean'

# ---- figures ----

BENCH_TOOLS := $(patsubst tests/bench/%.cc,$(BUILD)/bench/%,$(wildcard tests/bench/*.cc))
$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(LIBRARY)
	@mkdir -p $(@D)
	@echo "  link $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)
.PHONY: bench-tools
bench-tools: $(BENCH_TOOLS)

bench soak:
	@tests/setup.sh bench
	@$(MAKE) --no-print-directory -j$(JOBS) all bench-tools
	@tests/bench/run.py $@

# ---- for hosts without root, daemon and compiler ----

TARBALL := $(BUILD)/dist/latchkey-$(VERSION)-$(shell uname -m).tar.gz
dist-static:
	@tests/setup.sh build
	@$(MAKE) --no-print-directory -j$(JOBS) $(TARBALL)
	@echo $(TARBALL)
$(TARBALL): $(PROGRAMS) src/bundle.sh LICENSE $(shell find examples/shared-hosting -type f)
	@src/bundle.sh $(BUILD)/bin $(@D)/latchkey
	@tar -C $(@D) --sort=name --owner=0 --group=0 --numeric-owner -czf $@ latchkey

# ---- the rest ----

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/latchkey
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	for tool in docker git; do ln -sf latchkey $(DESTDIR)$(PREFIX)/bin/$$tool-credential-latchkey; done
	install -m 644 conf/latchkey.toml $(DESTDIR)$(PREFIX)/share/latchkey
	cp -R examples docs $(DESTDIR)$(PREFIX)/share/latchkey

clean:
	rm -rf build build-asan build-coverage build-fuzz build-lint

help:
	@echo 'make            build the three programs into build/bin'
	@echo 'make demo       sign in and try it on this machine (DEMO_PORT, DEMO_DIR)'
	@echo 'make test       every test, with real servers, providers and clients'
	@echo 'make check      the quick part of the tests'
	@echo 'make bench      figures against a null authorizer, into build/bench.json'
	@echo 'make soak       a million requests; memory must not grow'
	@echo 'make asan       the tests under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make fuzz       libFuzzer on every parser, FUZZ_SECONDS each'
	@echo 'make coverage   line coverage of src/'
	@echo 'make lint       warnings of two compilers, clang-tidy, layers'
	@echo 'make dist-static  a tarball for shared hosting, with every library it needs'
	@echo 'make install    into DESTDIR and PREFIX'
	@echo 'make clean      removes everything that was built'

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
