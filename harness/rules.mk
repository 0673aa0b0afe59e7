# Each harness/<mechanism>/*.c is one program: build/harness/<name>.
HARNESS_SRC := $(wildcard harness/[a-z]*/*.c)
HARNESS_SRC := $(filter-out harness/lib/%,$(HARNESS_SRC))
