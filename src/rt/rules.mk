# libipcfault_rt.a: what `ipcfault cc` links into programs.  Not a module: nothing of ours is linked
# with it, and it never has a sanitizer, coverage or calls that the compiler makes up.  Nor debug
# information: what is looked up there is the program's.
# libipcfault_rt_shared.a: beside it, in programs that have shared libraries.
RT_SHARED_SRC := src/rt/interpose.c
RT_SRC := $(filter-out $(RT_SHARED_SRC),$(wildcard src/rt/*.c)) $(wildcard src/schedule/*.c)
RT_OBJ := $(RT_SRC:src/%.c=$(B)/rt/%.o)
RT_SHARED_OBJ := $(RT_SHARED_SRC:src/%.c=$(B)/rt/%.o)
RT_CFLAGS := -std=gnu11 -O2 -fPIC -ffreestanding -fno-builtin -fvisibility=hidden \
	-fno-stack-protector -fno-omit-frame-pointer -fno-sanitize=all -U_FORTIFY_SOURCE \
	$(if $(findstring clang,$(CC)),,-fno-tree-loop-distribute-patterns) \
	$(if $(findstring aarch64,$(CC)),-mno-outline-atomics,-mcx16)
# The names are the compilers', and so are the builtins' arguments.
RT_WARN := -Wno-missing-prototypes -Wno-atomic-alignment
RT_COMPILE = $(CC) -D_GNU_SOURCE -iquote src $(WARN) $(RT_WARN) $(RT_CFLAGS)

# Of a gate's call interpose.c wants to know where it is from.
$(B)/rt/rt/gate_%.o: RT_CFLAGS += -fno-optimize-sibling-calls $(if $(findstring clang,$(CC)),,-fno-reorder-blocks-and-partition)

$(B)/rt/%.o: src/%.c src/rt/rules.mk $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(RT_COMPILE) -MMD -MP -c -o $@ $<

$(B)/libipcfault_rt.a: $(RT_OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

$(B)/libipcfault_rt_shared.a: $(RT_SHARED_OBJ)
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

-include $(RT_OBJ:.o=.d) $(RT_SHARED_OBJ:.o=.d)
