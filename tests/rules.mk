# tests/unit/<module>/test_*.c: one Criterion program a module, $(B)/tests/<module>, linked with
# tests/lib, the module and all that stand below it.
TEST_MODULES := $(patsubst tests/unit/%/,%,$(sort $(dir $(wildcard tests/unit/*/test_*.c))))
CROSS := $(filter %-linux-gnu-gcc,$(CC))
S := $(if $(CROSS),$(B),build)/subjects
TEST_LIB_SRC := $(wildcard tests/lib/*.c)
TEST_SRC := $(TEST_LIB_SRC) $(wildcard tests/unit/*/*.c)
TEST_OBJ := $(TEST_SRC:%.c=$(B)/%.o)
TESTS := $(TEST_MODULES:%=$(B)/tests/%)

CRITERION_LIBS := $(shell $(PKG_CONFIG) --libs criterion 2>/dev/null)
# Criterion's macros convert freely, and eq(str, ...) takes char * only; rows of tables leave out
# what is zero.
TEST_WARN = -Wno-missing-field-initializers -Wno-conversion -Wno-write-strings $(if $(findstring clang,$(CC)), \
	-Wno-incompatible-pointer-types-discards-qualifiers,-Wno-discarded-qualifiers) \
	$(if $(CROSS),-Wno-unused-function) # what is tested on one machine only
TEST_COMPILE = $(CC) $(ALL_CPPFLAGS) -iquote tests -DSUBJECTS='\"$(CURDIR)/$(S)\"' \
	-DTESTS='\"$(CURDIR)/tests\"' $(ALL_CFLAGS) $(TEST_WARN)

$(B)/tests/%.o: tests/%.c $(B)/flags | $(GEN)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(subst \",",$(TEST_COMPILE)) -MMD -MP -c -o $@ $<

# The module itself and what stands after it; all of them for a folder that is no module.
from_module = $(if $(filter $(1),$(firstword $(2))),$(2),$(call from_module,$(1),$(wordlist 2,99,$(2))))
below = $(if $(filter $(1),$(MODULES)),$(filter $(MODULES_HERE),$(call from_module,$(1),$(MODULES))),$(MODULES_HERE))

# What a test does not use is not linked, with the modules that it would need; hooks are not called
# by name.
TEST_HOOKS := $(B)/tests/lib/limit.o $(B)/tests/lib/asan_fork.o
$(B)/libtest.a: $(filter-out $(TEST_HOOKS),$(TEST_LIB_SRC:%.c=$(B)/%.o))
	@rm -f $@
	$(Q)$(AR) rcs $@ $^

define test_rules
$(B)/tests/$(1): $(patsubst %.c,$(B)/%.o,$(wildcard tests/unit/$(1)/*.c)) $(TEST_HOOKS) \
		$(B)/libtest.a $(patsubst %,$(B)/lib%.a,$(call below,$(1)))
	$$(call say,LINK,$$@)
	$$(Q)$(CC) $$(ALL_LDFLAGS) -o $$@ $$^ $$(PKG_LIBS) $$(CRITERION_LIBS)
endef
$(foreach m,$(TEST_MODULES),$(eval $(call test_rules,$(m))))

# They compile tests/specimens/*.c with `ipcfault cc`.
$(B)/tests/rt $(B)/tests/run: | $(B)/ipcfault $(B)/libipcfault_rt.a $(B)/libipcfault_rt_shared.a

# tests/subjects/*.c and *.go: small programs that the tests run, build/subjects/<name>: the same
# for all variants, as sanitizers would change what they do.  Their head comments may say what those
# of harness/ may.
SUBJECTS := $(patsubst tests/subjects/%,$(S)/%,$(basename $(wildcard tests/subjects/*.c \
	$(if $(shell command -v go),tests/subjects/*.go))))
$(S)/%: SUBJECT_CC = $(or $(CROSS),gcc)
$(S)/%: tests/subjects/%.c $(wildcard tests/subjects/lib/*.h) harness/rules.mk
	$(call compile_subject,-MMD -MP -MF $@.d)
-include $(SUBJECTS:=.d)
$(S)/blocking: $(wildcard src/sys/blocking*.[ch])
$(S)/%: tests/subjects/%.go
	@mkdir -p $(@D)
	$(call say,SUBJECT,$<)
	$(Q)GOCACHE=$(CURDIR)/build/go-cache GO111MODULE=off go build -o $@ $<

# ONLY=base,model picks modules, ARGS="--filter x/y" goes to Criterion.
ONLY ?=
TESTS_RUN = $(if $(ONLY),$(addprefix $(B)/tests/,$(subst $(comma), ,$(ONLY))),$(TESTS))
VALGRIND := valgrind --quiet --trace-children=yes --error-exitcode=99 --leak-check=full \
	--show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect \
	--suppressions=ci/valgrind.supp --vgdb=no \
	--trace-children-skip=/bin/*,/usr/bin/*,*/subjects/*,*/harness/*

.PHONY: unit-build unit unit-valgrind coverage bench golden
unit-build: $(TESTS_RUN) $(SUBJECTS)

unit: unit-build ## unit tests of this variant; ONLY=base,model ARGS=...
	@LABEL=$${LABEL:-$(VARIANT)} ci/run-unit $(TESTS_RUN) -- $(ARGS)

# Those trace real processes, and valgrind knows neither seccomp(2) nor our clone(CLONE_VM).
NOT_UNDER_VALGRIND := fault run
unit-valgrind: unit-build ## the same under valgrind, one program on each processor
	@LABEL=$(VARIANT)-valgrind WRAP="$(VALGRIND)" JOBS=$${JOBS:-$$(nproc)} ci/run-unit \
		$(filter-out $(addprefix $(B)/tests/,$(NOT_UNDER_VALGRIND)),$(TESTS_RUN)) -- $(ARGS)

# The counts of every run are added up: start anew.
coverage: ## line coverage of the unit tests, build/coverage/index.html
	@find build/$(VARIANT)-cov -name '*.gcda' -delete 2>/dev/null || true
	@$(SUBMAKE) COV=1 unit
	@mkdir -p build/coverage
	gcovr --root . --filter src/ --object-directory build/$(VARIANT)-cov \
		--html-details build/coverage/index.html --txt build/coverage/summary.txt --print-summary

bench: all $(SUBJECTS) ## what an injection costs, next to strace
	@tests/bench/run
	@echo
	@tests/bench/explore

golden: unit-build ## write the expected outputs of tests/golden anew
	@GOLDEN_UPDATE=1 LABEL=golden ci/run-unit $(TESTS_RUN) -- $(ARGS)

-include $(TEST_OBJ:.o=.d)

include tests/fuzz/rules.mk
include tests/e2e/rules.mk
