# tests/e2e/test-*.sh: the finished program on real targets.  ONLY=killed,scenarios picks some,
# LONG=1 is the long form, VERBOSE=1 shows every check.
E2E = $(if $(ONLY),$(patsubst %,tests/e2e/test-%.sh,$(subst $(comma), ,$(ONLY))), \
	$(sort $(wildcard tests/e2e/test-*.sh)))

.PHONY: e2e
e2e: all $(SUBJECTS) ## end-to-end tests; ONLY=killed,scenarios LONG=1 VERBOSE=1
	@tests/e2e/run $(E2E)
