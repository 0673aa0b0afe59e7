# Modules from the top down: a module is linked with those that stand after it.
MODULES := cli report sweep run explore qualifier oracle fault trigger engine compile scenario instrument sandbox valgrind elf sys model schedule base
src_of = $(wildcard src/$(1)/*.c)
SRC := $(foreach m,$(MODULES),$(call src_of,$(m))) $(wildcard src/main.c)
OBJ := $(SRC:%.c=$(B)/%.o)
MODULES_HERE := $(foreach m,$(MODULES),$(if $(call src_of,$(m)),$(m)))
LIBS := $(MODULES_HERE:%=$(B)/lib%.a)

# Generated sources: GEN_<module> lists them, the module's files wait for them.
GEN_sys := $(patsubst src/sys/gen-%,$(B)/gen/sys/%.inc,$(wildcard src/sys/gen-*))
GEN := $(foreach m,$(MODULES),$(GEN_$(m)))

$(B)/gen/sys/%.inc: src/sys/gen-% src/sys/%.csv
	@mkdir -p $(@D)
	$(call say,GEN,$@)
	$(Q)src/sys/gen-$* src/sys/$*.csv >$@

SRC_COMPILE = $(CC) $(ALL_CPPFLAGS) -include base/banned.h $(ALL_CFLAGS)

$(B)/src/%.o: src/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(SRC_COMPILE) -MMD -MP -c -o $@ $<

# The list of members is a prerequisite too: a file that is gone must leave the archive.
define module_rules
OBJ_$(1) := $(patsubst %.c,$(B)/%.o,$(call src_of,$(1)))
$$(OBJ_$(1)): | $(GEN_$(1))
$(B)/lib$(1).a: $$(OBJ_$(1)) $(B)/lib$(1).members
	@rm -f $$@
	$$(Q)$(AR) rcs $$@ $$(OBJ_$(1))
$(B)/lib$(1).members: FORCE
	@mkdir -p $$(@D)
	@echo '$$(OBJ_$(1))' | cmp -s - $$@ || echo '$$(OBJ_$(1))' >$$@
endef
$(foreach m,$(MODULES_HERE),$(eval $(call module_rules,$(m))))

include src/plugin/rules.mk

.PHONY: program build/ipcfault modules
program: modules $(B)/libipcfault_rt.a $(B)/libipcfault_rt_shared.a $(PLUGIN) $(if $(wildcard src/main.c),build/ipcfault)
modules: $(LIBS)

build/ipcfault: $(B)/ipcfault
	@ln -sfn $(VARIANT)/ipcfault $@

$(B)/ipcfault: $(B)/src/main.o $(LIBS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

include src/rt/rules.mk

-include $(OBJ:.o=.d)
