# tests/unit/<module>/test_*.c: one Criterion program a module.
