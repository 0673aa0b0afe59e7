# Each harness/<mechanism>/*.c is one program: build/harness/<name>, linked with harness/lib.
#
# They are compiled as any Makefile would (-O2 -g -pthread), never with a sanitizer: that of leaks
# ends every program that is traced.  Debug information is DWARF 4, as valgrind 3.19 does not
# survive what clang 14 makes of version 5.
# harness/levels, harness/race and harness/store are left to the scenarios, which compile them
# themselves.
# They are linked as shared programs; lines of the head comment may ask for something else:
#	 * build: static	or musl, which is always static
#	 * cflags: -O0
#	 * libs: -lrt
HARNESS_LIB := $(wildcard harness/lib/*.c)
HARNESS_SRC := $(filter-out harness/lib/% harness/levels/% harness/race/% harness/store/%,$(wildcard harness/*/*.c))
HARNESS := $(addprefix $(B)/harness/,$(notdir $(HARNESS_SRC:.c=)))
ifneq ($(words $(HARNESS)),$(words $(sort $(HARNESS))))
$(error two files of harness/ have the same name)
endif

SUBJECT_CC = $(CC)
# Debian's musl comes without <linux/...> and <asm/...>; its own headers go first.
KERNEL_HEADERS := $(addprefix -idirafter /usr/include,/ /$(shell gcc -print-multiarch))
SUBJECT_CFLAGS = -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -O2 -gdwarf-4 -pthread

# $(call compile_subject,flags,library sources,the same compiled by $(SUBJECT_CC); nothing = the sources)
define compile_subject
@mkdir -p $(@D)
$(call say,SUBJECT,$<)
$(Q)ask() { sed -n "1,60s/^ \* $$1: *//p" $<; }; \
case "$$(ask build)" in \
"") cc="$(SUBJECT_CC)" lib="$(or $(3),$(2))" ;; \
static) cc="$(SUBJECT_CC) -static" lib="$(or $(3),$(2))" ;; \
musl) cc="musl-gcc -static $(KERNEL_HEADERS)" lib="$(2)" ;; \
*) echo "$<: build: $$(ask build): only static and musl are known" >&2; exit 1 ;; \
esac; \
$$cc $(SUBJECT_CFLAGS) $(1) $$(ask cflags) -o $@ $< $$lib $$(ask libs)
endef

HARNESS_LIB_A := $(B)/harness-lib/lib.a
HARNESS_LIB_OBJ := $(HARNESS_LIB:harness/lib/%.c=$(B)/harness-lib/%.o)
$(B)/harness-lib/%.o: harness/lib/%.c $(wildcard harness/lib/*.h) harness/rules.mk $(B)/flags
	@mkdir -p $(@D)
	$(call say,SUBJECT,$<)
	$(Q)$(SUBJECT_CC) $(SUBJECT_CFLAGS) -iquote harness -c -o $@ $<
$(HARNESS_LIB_A): $(HARNESS_LIB_OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

# A program with a bug may be the sound one with a few lines changed: PROGRAM=THAT-ONE.
TWINS := $(shell grep -H '^#include ".*\.c"' harness/*/*.c | sed 's|\.c:\#include "|.c=harness/|; s|"$$||')

define harness_rules
$(B)/harness/$(notdir $(1:.c=)): $(1) $(patsubst $(1)=%,%,$(filter $(1)=%,$(TWINS))) $(HARNESS_LIB_A) $(wildcard harness/lib/*.h $(dir $(1))*.h) harness/rules.mk $(B)/flags
	$$(call compile_subject,-iquote harness,$(HARNESS_LIB),$(HARNESS_LIB_A))
endef
$(foreach s,$(HARNESS_SRC),$(eval $(call harness_rules,$(s))))

.PHONY: harness
harness: $(HARNESS)
	@mkdir -p $(B)/harness
	@if [ -d build/harness ] && [ ! -L build/harness ]; then rm -rf build/harness; fi
	@ln -sfn $(VARIANT)/harness build/harness
	@[ ! -L $(B)/harness/levels ] || rm $(B)/harness/levels
	@cp -Ru harness/levels harness/race harness/store harness/lib $(B)/harness/

.PHONY: check-harness catalogue
check-harness: ## is every bundled program declared, and used by a scenario?
	@ci/harness-catalogue check

catalogue: ## the bundled programs: what they do, their bugs, the scenarios that use them
	@ci/harness-catalogue
