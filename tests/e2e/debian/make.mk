# Four files, two at a time, one of them by another make, and then what is in them.
all: $O/a $O/b $O/c $O/d
	@cat $^
$O/a $O/b $O/c:
	@expr 1 + 1 >$@
$O/d:
	@+$(MAKE) -s -f make.mk $O/e
	@mv $O/e $@
$O/e:
	@echo e >$@
