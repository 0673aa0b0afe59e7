# ipcfault: `make` builds build/ipcfault and build/harness/, `make help` lists the rest.
#
# Everything that is made goes to build/<variant>/, one folder for each mix of compiler,
# sanitizers and coverage: `make CC=clang SAN=address,undefined` disturbs no other build.
# Variables: CC, CFLAGS, LDFLAGS, SAN=address,undefined, COV=1, V=1, DESTDIR, PREFIX.

ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin AR),default)
AR := $(if $(filter %-linux-gnu-gcc,$(CC)),$(CC:%gcc=%ar),ar)
endif
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
SAN ?=
COV ?=
V ?= 0
JOBS ?= $(shell nproc)

Q := $(if $(filter 1,$(V)),,@)
say = $(if $(filter 1,$(V)),,@printf '  %-7s %s\n' $(1) $(2))
comma := ,
empty :=
space := $(empty) $(empty)
VARIANT := $(subst $(space),-,$(notdir $(CC)))$(if $(SAN),-san-$(subst $(comma),-,$(SAN)))$(if $(COV),-cov)
B := build/$(VARIANT)

PKGS := libfyaml libseccomp libxxhash numa libdw libelf capstone jansson libxml-2.0
# As system headers: their warnings are not ours.
PKG_CFLAGS := $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null))
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null)

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wwrite-strings -Wno-unknown-warning-option -Wno-format-truncation -Werror
CFLAGS ?= -O2 -g
MODE_FLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer) $(if $(COV),--coverage -DCOVERAGE)
# -iquote: src/sys/ is not the <sys/> of the C library.
ALL_CPPFLAGS = -D_GNU_SOURCE -iquote src -iquote $(B)/gen $(PKG_CFLAGS) $(CPPFLAGS)
ALL_CFLAGS = -std=gnu11 $(WARN) $(CFLAGS) $(MODE_FLAGS)
ALL_LDFLAGS = $(CFLAGS) $(MODE_FLAGS) -Wl,--as-needed $(LDFLAGS)

# Parallel by itself where the caller did not say how much.
SUBMAKE = $(MAKE) --no-print-directory $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))

.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
.PHONY: FORCE all

all: ## build/ipcfault and the bundled programs in build/harness (the default)

include src/rules.mk
include harness/rules.mk
include tests/rules.mk

all: program harness

# What was compiled with other flags is compiled again.
FLAGS_NOW = $(SRC_COMPILE) / $(ALL_LDFLAGS) $(PKG_LIBS)
$(B)/flags: FORCE
	$(if $(strip $(PKG_LIBS)),,$(error Libraries are missing; ci/install-deps installs or names them))
	@mkdir -p $(@D)
	@echo '$(FLAGS_NOW)' | cmp -s - $@ || echo '$(FLAGS_NOW)' >$@

.PHONY: deps run bench test check clean help
deps: ## install the packages that are missing (by apt, else say which)
	@ci/install-deps test

run: ## build, then run all bundled scenarios
	@ci/install-deps build
	@$(SUBMAKE) all
	build/ipcfault scenarios/*.scn

test: deps ## everything: unit tests plain, under valgrind and with sanitizers; end to end; checks
	@$(SUBMAKE) all unit
	build/ipcfault scenarios/*.scn
	@$(SUBMAKE) e2e
	@$(SUBMAKE) unit-valgrind
	@$(SUBMAKE) SAN=address,undefined unit
	@$(SUBMAKE) CC=clang all unit
	@$(SUBMAKE) check

check: check-layers check-headers check-harness check-docs ## the rules of the tree

.PHONY: check-layers check-headers check-docs docs lint format check-format compdb
check-layers: ## does every module include only what src/layers.txt allows?
	@ci/check-layers

# A header that needs another one to be included first fails here.
HEADERS := $(wildcard src/*/*.h tests/lib/*.h harness/lib/*.h)
check-headers: $(GEN) ## does every header compile alone, with gcc and clang?
	$(call say,HEADERS,"$(words $(HEADERS)) alone with gcc and clang")
	$(Q)status=0; for cc in gcc clang; do for h in $(HEADERS); do \
		echo "#include \"$$h\"" | $$cc -x c -fsyntax-only -iquote . -iquote harness -iquote tests $(ALL_CPPFLAGS) \
			-std=gnu11 $(WARN) - || status=1; \
	done; done; exit $$status

check-docs: all ## do the documents say what is true? runs their commands
	@STRICT=$(STRICT) ci/check-docs

docs: all ## write the generated parts of README.md and src/doc/*.md anew; STRICT=1: all of them
	@STRICT=$(STRICT) ci/check-docs refresh

C_FILES = $(wildcard src/*.c src/*/*.[ch] harness/*/*.[ch] tests/*/*.[ch] tests/unit/*/*.[ch])
format: ## lay out all C files by .clang-format
	$(Q)clang-format -i $(C_FILES)

check-format: ## would `make format` change something?
	$(Q)clang-format --dry-run -Werror $(C_FILES)

lint: compdb ## clang-tidy, cppcheck and shellcheck
	ci/lint

# One entry a file, made here because bear needs a whole build and -MJ needs clang.
compdb_entry = {"directory": "$(CURDIR)"$(comma) "file": "$(1)"$(comma) \
	"command": "$(2) -c $(1)"}
COMPDB = $(foreach s,$(wildcard $(SRC)),$(call compdb_entry,$(s),$(SRC_COMPILE))@) \
	$(foreach s,$(RT_SRC),$(call compdb_entry,$(s),$(filter-out -fno-tree-%,$(RT_COMPILE)))@) \
	$(foreach s,$(TEST_SRC),$(call compdb_entry,$(s),$(TEST_COMPILE))@) \
	$(foreach s,$(wildcard harness/*/*.c),$(call compdb_entry,$(s),$(CC) -iquote harness \
		$(SUBJECT_CFLAGS))@)
compdb: $(GEN) ## build/compile_commands.json, for clangd and clang-tidy
	@mkdir -p build
	$(file >build/compile_commands.json,[$(subst }@,},$(subst }@ {,}$(comma) {,$(strip $(COMPDB))))])@:

.PHONY: install
install: all ## to $(DESTDIR)$(PREFIX): program, bundled programs, manual pages, licence
	install -D -m 755 $(B)/ipcfault $(DESTDIR)$(PREFIX)/bin/ipcfault
	install -D -m 644 $(B)/libipcfault_rt.a $(DESTDIR)$(PREFIX)/lib/ipcfault/libipcfault_rt.a
	install -D -m 644 $(B)/libipcfault_rt_shared.a $(DESTDIR)$(PREFIX)/lib/ipcfault/libipcfault_rt_shared.a
	$(if $(PLUGIN),install -D -m 644 $(PLUGIN) $(DESTDIR)$(PREFIX)/lib/ipcfault/$(notdir $(PLUGIN)))
	install -d $(DESTDIR)$(PREFIX)/libexec/ipcfault
	$(if $(HARNESS),install -m 755 $(HARNESS) $(DESTDIR)$(PREFIX)/libexec/ipcfault)
	for d in levels store lib; do \
		install -D -m 644 -t $(DESTDIR)$(PREFIX)/libexec/ipcfault/$$d harness/$$d/*; done
	for page in $(wildcard src/doc/*.[15]); do \
		section=$${page##*.}; \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$$section/$${page##*/} || exit; \
	done
	install -D -m 644 LICENSE $(DESTDIR)$(PREFIX)/share/doc/ipcfault/LICENSE

clean: ## remove build/
	rm -rf build

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo '  variables      CC=clang CFLAGS= SAN=address,undefined COV=1 V=1 DESTDIR= PREFIX='
