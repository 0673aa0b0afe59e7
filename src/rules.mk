# Modules from the top down: each may use only what stands after it.
MODULES := cli report run oracle trigger fault engine scenario sandbox elf sys model base
src_of = $(wildcard src/$(1)/*.c)
SRC := $(foreach m,$(MODULES),$(call src_of,$(m))) src/main.c
OBJ := $(SRC:%.c=$(B)/%.o)
LIBS := $(foreach m,$(MODULES),$(if $(call src_of,$(m)),$(B)/lib$(m).a))

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(if $(filter 1,$(V)),,@echo "  CC    $<")
	$(Q)$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define module_lib
$(B)/lib$(1).a: $(patsubst %.c,$(B)/%.o,$(call src_of,$(1)))
	@rm -f $$@
	$(Q)ar rcs $$@ $$^
endef
$(foreach m,$(MODULES),$(if $(call src_of,$(m)),$(eval $(call module_lib,$(m)))))

-include $(OBJ:.o=.d)
