# make            build/ipcfault and the bundled programs
# make help       everything else

CC ?= gcc
V ?= 0
Q := $(if $(filter 1,$(V)),,@)
SAN ?=
COV ?=
comma := ,
VARIANT := $(notdir $(CC))$(if $(SAN),-san-$(subst $(comma),-,$(SAN)))$(if $(COV),-cov)
B := build/$(VARIANT)

PKGS := libfyaml libseccomp libdw libelf jansson libxml-2.0
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

WARN := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wwrite-strings -Wno-unknown-warning-option -Werror
CPPFLAGS += -D_GNU_SOURCE -Isrc -I$(B)/gen
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=gnu11 $(WARN) $(CFLAGS) $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer) \
	$(if $(COV),--coverage) $(PKG_CFLAGS)
ALL_LDFLAGS = $(LDFLAGS) $(if $(SAN),-fsanitize=$(SAN)) $(if $(COV),--coverage)

.DELETE_ON_ERROR:
.SECONDARY:
all:

include src/rules.mk
include harness/rules.mk
include tests/rules.mk
