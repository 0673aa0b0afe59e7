# Four files, two at a time, one of them by another make, and then what is in them.
# What signals interrupt is kept: make would tell in its handler which files it deletes, by functions
# that are not async-signal-safe, and which there are then is chance.
.PRECIOUS: $O/a $O/b $O/c $O/d $O/e
all: $O/a $O/b $O/c $O/d
	@cat $^
$O/a $O/b $O/c:
	@expr 1 + 1 >$@
$O/d:
	@+$(MAKE) -s -f make.mk $O/e
	@mv $O/e $@
$O/e:
	@echo e >$@
