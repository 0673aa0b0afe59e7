# make fuzz: mutated scenario files through reader, validator and printer, under the sanitizers;
# the same inputs for the same seed.  `make fuzz-libfuzzer` (clang) searches by coverage instead.
FUZZ_RUNS ?= 100000
FUZZ_SEED ?= 1
FUZZ_CORPUS = $(wildcard scenarios) tests/errors
FUZZ_OBJ := $(B)/tests/fuzz/fuzz_scenario.o $(B)/tests/fuzz/driver.o
FUZZ_LIBS = $(patsubst %,$(B)/lib%.a,$(call below,scenario))

$(B)/fuzz/scenario: $(FUZZ_OBJ) $(FUZZ_LIBS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(B)/fuzz/libfuzzer: $(B)/tests/fuzz/fuzz_scenario.o $(FUZZ_LIBS)
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)

.PHONY: fuzz fuzz-here fuzz-libfuzzer fuzz-libfuzzer-here
fuzz: ## mutated scenario files under ASan and UBSan; FUZZ_RUNS=100000 FUZZ_SEED=1
	@$(SUBMAKE) SAN=address,undefined fuzz-here

fuzz-here: $(B)/fuzz/scenario
	@UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
		$(B)/fuzz/scenario $(B)/fuzz/last $(FUZZ_RUNS) $(FUZZ_SEED) $(FUZZ_CORPUS)

fuzz-libfuzzer: ## the same with libFuzzer, for FUZZ_TIME=60 seconds (clang)
	@$(SUBMAKE) CC=clang SAN=address,undefined,fuzzer-no-link fuzz-libfuzzer-here

FUZZ_TIME ?= 60
fuzz-libfuzzer-here: $(B)/fuzz/libfuzzer
	@mkdir -p $(B)/fuzz/corpus
	@UBSAN_OPTIONS=halt_on_error=1 $(B)/fuzz/libfuzzer -max_total_time=$(FUZZ_TIME) -timeout=20 \
		-artifact_prefix=$(B)/fuzz/ $(B)/fuzz/corpus $(FUZZ_CORPUS)

-include $(FUZZ_OBJ:.o=.d)
