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

PKGS := libfyaml libseccomp libdw libelf capstone jansson libxml-2.0
# As system headers: their warnings are not ours.
PKG_CFLAGS := $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null))
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PKGS) 2>/dev/null)

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wwrite-strings -Wno-unknown-warning-option -Wno-format-truncation -Werror
CFLAGS ?= -O2 -g
MODE_FLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer) $(if $(COV),--coverage)
