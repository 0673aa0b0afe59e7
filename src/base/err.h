/*
 * err.h - the error object that library code hands up.
 *
 * Functions that can fail return 0 or a negative errno and take `struct err
 * *err` as their last parameter; it may be NULL.  The one who finds the
 * problem calls err_set(); each caller that knows more puts its context in
 * front with err_wrap().  Output parameters (ret_x) are untouched on failure.
 * Only cli/ prints errors and chooses exit codes.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#define ERR_TEXT_MAX 512

struct err {
	int code;		 /* 0 or a negative errno */
	char text[ERR_TEXT_MAX]; /* one line without a newline, cut when too long */
};

#define ERR_INIT                                                                                   \
	{                                                                                          \
		0, ""                                                                              \
	}

/* Record @code (a negative errno) and a message; returns @code for `return err_set(...)`. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As err_set(), with ": strerror(-code)" appended. */
int err_errno(struct err *err, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Put "context: " in front of the message; returns err->code, or @code where err is NULL. */
int err_wrap(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/*
 * The analyser of clang sees one file at a time: for it, what these return is any number, and the
 * caller goes on with what is untouched.  So it is told that they return no 0.
 */
#ifdef __clang_analyzer__
static inline int err_negative(int code)
{
	if (code >= 0)
		__builtin_unreachable();
	return code;
}
#define err_set(...)   err_negative(err_set(__VA_ARGS__))
#define err_errno(...) err_negative(err_errno(__VA_ARGS__))
#define err_wrap(...)  err_negative(err_wrap(__VA_ARGS__))
#endif

#endif
