# ipcfault_qemu.so: a plugin for qemu-user, which `ipcfault explore --unmodified` runs programs
# under.  It is the runtime's core with other eyes; loaded into qemu, so it never has a sanitizer.
PLUGIN_SRC := $(wildcard src/plugin/*.c) $(wildcard src/schedule/*.c) \
	$(foreach f,segments object maps table turn point clock descriptor copy,src/rt/$(f).c)
PLUGIN_OBJ := $(PLUGIN_SRC:src/%.c=$(B)/plugin/%.o)
# Where the interface is that of this machine.
PLUGIN := $(if $(findstring x86_64,$(shell $(CC) -dumpmachine)),$(B)/ipcfault_qemu.so)

$(B)/plugin/%.o: src/%.c src/plugin/rules.mk src/rt/rules.mk $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(RT_COMPILE) -MMD -MP -c -o $@ $<

$(B)/ipcfault_qemu.so: $(PLUGIN_OBJ)
	$(call say,LINK,$@)
	$(Q)$(CC) -shared -nostdlib -Wl,-z,now -o $@ $^

-include $(PLUGIN_OBJ:.o=.d)
