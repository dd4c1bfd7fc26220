# latchkey. `make help` lists the targets. Site settings go into config.mk.
-include config.mk

BUILD   ?= build
PREFIX  ?= /usr/local
CXX     ?= g++
VERSION := 0.1.0

PACKAGES := fcgi libjwt libcjson sqlite3 libcurl openssl libcrypto spdlog fmt apr-util-1 re2
# `make Q=` shows the commands.
Q ?= @
WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wold-style-cast -Wformat-security -Werror
OPTIMIZE ?= -O2
SANITIZE ?=

# Recursive on purpose: pkg-config is asked only when something is compiled, after the set-up step.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) | sed 's/-I/-isystem /g'))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PACKAGES)))$(PKG_LIBS)
CPPFLAGS  += -Iinclude -Isrc -I$(BUILD)/gen -DLATCHKEY_VERSION='"$(VERSION)"' -D_FORTIFY_SOURCE=2
CXXFLAGS  += -std=c++23 -g $(OPTIMIZE) $(WARNINGS) -fstack-protector-strong -fPIE $(SANITIZE)
LDFLAGS   += -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SANITIZE)

SOURCES  := $(wildcard src/*/*.cc) src/wiring.cc
SOURCES  := $(wildcard $(SOURCES))
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
.PHONY: all check test unit
all: $(PROGRAMS)

$(BUILD)/bin/latchkey-authorizer: $(BUILD)/obj/src/main_authorizer.o $(LIBRARY)
$(BUILD)/bin/latchkey-responder: $(BUILD)/obj/src/main_responder.o $(LIBRARY)
$(BUILD)/bin/latchkey: $(BUILD)/obj/src/main_admin.o $(LIBRARY)
$(PROGRAMS):
	@mkdir -p $(@D)
	@echo "  link $@"
	$(Q)$(CXX) $(LDFLAGS) -o $@ $^ $(PKG_LIBS)

# Rewritten only when its members change: `rcs` alone would keep objects of deleted sources.
$(LIBRARY): $(OBJECTS)
	@rm -f $@ && ar rcs $@ $^

SQL_FILES      := $(sort $(wildcard sql/query/*/*.sql))
SCHEMA_FILES   := $(sort $(wildcard sql/schema/*.sql))
TEMPLATE_FILES := $(sort $(wildcard src/pages/templates/*))
GENERATED      := $(BUILD)/gen/sql_queries.inc $(BUILD)/gen/sql_schema.inc $(BUILD)/gen/templates.inc

$(BUILD)/gen/sql_queries.inc: $(SQL_FILES) src/embed.sh
	@mkdir -p $(@D)
	@src/embed.sh sql sql/query $(SQL_FILES) > $@
$(BUILD)/gen/sql_schema.inc: $(SCHEMA_FILES) src/embed.sh
	@mkdir -p $(@D)
	@src/embed.sh sql sql $(SCHEMA_FILES) > $@
$(BUILD)/gen/templates.inc: $(TEMPLATE_FILES) src/embed.sh
	@mkdir -p $(@D)
	@src/embed.sh text src/pages/templates $(TEMPLATE_FILES) > $@

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

unit: $(UNIT_TESTS)
	@for t in $(UNIT_TESTS); do $$t --gtest_brief=1 || exit 1; done

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
