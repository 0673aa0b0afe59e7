#include "sys/names.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

struct named {
	const char *name;
	int number;
};

/* clang-format off */
#define E(name_) {#name_, name_},
static const struct named errnos[] = {
	E(EPERM) E(ENOENT) E(ESRCH) E(EINTR) E(EIO) E(ENXIO) E(E2BIG) E(ENOEXEC) E(EBADF)
	E(ECHILD) E(EAGAIN) E(ENOMEM) E(EACCES) E(EFAULT) E(ENOTBLK) E(EBUSY) E(EEXIST) E(EXDEV)
	E(ENODEV) E(ENOTDIR) E(EISDIR) E(EINVAL) E(ENFILE) E(EMFILE) E(ENOTTY) E(ETXTBSY)
	E(EFBIG) E(ENOSPC) E(ESPIPE) E(EROFS) E(EMLINK) E(EPIPE) E(EDOM) E(ERANGE) E(EDEADLK)
	E(ENAMETOOLONG) E(ENOLCK) E(ENOSYS) E(ENOTEMPTY) E(ELOOP) E(ENOMSG) E(EIDRM) E(ECHRNG)
	E(EL2NSYNC) E(EL3HLT) E(EL3RST) E(ELNRNG) E(EUNATCH) E(ENOCSI) E(EL2HLT) E(EBADE)
	E(EBADR) E(EXFULL) E(ENOANO) E(EBADRQC) E(EBADSLT) E(EBFONT) E(ENOSTR) E(ENODATA)
	E(ETIME) E(ENOSR) E(ENONET) E(ENOPKG) E(EREMOTE) E(ENOLINK) E(EADV) E(ESRMNT) E(ECOMM)
	E(EPROTO) E(EMULTIHOP) E(EDOTDOT) E(EBADMSG) E(EOVERFLOW) E(ENOTUNIQ) E(EBADFD)
	E(EREMCHG) E(ELIBACC) E(ELIBBAD) E(ELIBSCN) E(ELIBMAX) E(ELIBEXEC) E(EILSEQ) E(ERESTART)
	E(ESTRPIPE) E(EUSERS) E(ENOTSOCK) E(EDESTADDRREQ) E(EMSGSIZE) E(EPROTOTYPE)
	E(ENOPROTOOPT) E(EPROTONOSUPPORT) E(ESOCKTNOSUPPORT) E(EOPNOTSUPP) E(EPFNOSUPPORT)
	E(EAFNOSUPPORT) E(EADDRINUSE) E(EADDRNOTAVAIL) E(ENETDOWN) E(ENETUNREACH) E(ENETRESET)
	E(ECONNABORTED) E(ECONNRESET) E(ENOBUFS) E(EISCONN) E(ENOTCONN) E(ESHUTDOWN)
	E(ETOOMANYREFS) E(ETIMEDOUT) E(ECONNREFUSED) E(EHOSTDOWN) E(EHOSTUNREACH) E(EALREADY)
	E(EINPROGRESS) E(ESTALE) E(EUCLEAN) E(ENOTNAM) E(ENAVAIL) E(EISNAM) E(EREMOTEIO)
	E(EDQUOT) E(ENOMEDIUM) E(EMEDIUMTYPE) E(ECANCELED) E(ENOKEY) E(EKEYEXPIRED)
	E(EKEYREVOKED) E(EKEYREJECTED) E(EOWNERDEAD) E(ENOTRECOVERABLE) E(ERFKILL) E(EHWPOISON)
	/* Second names, found but never shown. */
	E(EWOULDBLOCK) E(EDEADLOCK) E(ENOTSUP)
};
#undef E

static const struct signal_row {
	const char *name;
	int number;
	enum signal_action action;
} signals[] = {
	{ "SIGHUP",    SIGHUP,    SIGNAL_TERMINATE },
	{ "SIGINT",    SIGINT,    SIGNAL_TERMINATE },
	{ "SIGQUIT",   SIGQUIT,   SIGNAL_CORE },
	{ "SIGILL",    SIGILL,    SIGNAL_CORE },
	{ "SIGTRAP",   SIGTRAP,   SIGNAL_CORE },
	{ "SIGABRT",   SIGABRT,   SIGNAL_CORE },
	{ "SIGBUS",    SIGBUS,    SIGNAL_CORE },
	{ "SIGFPE",    SIGFPE,    SIGNAL_CORE },
	{ "SIGKILL",   SIGKILL,   SIGNAL_TERMINATE },
	{ "SIGUSR1",   SIGUSR1,   SIGNAL_TERMINATE },
	{ "SIGSEGV",   SIGSEGV,   SIGNAL_CORE },
	{ "SIGUSR2",   SIGUSR2,   SIGNAL_TERMINATE },
	{ "SIGPIPE",   SIGPIPE,   SIGNAL_TERMINATE },
	{ "SIGALRM",   SIGALRM,   SIGNAL_TERMINATE },
	{ "SIGTERM",   SIGTERM,   SIGNAL_TERMINATE },
	{ "SIGSTKFLT", SIGSTKFLT, SIGNAL_TERMINATE },
	{ "SIGCHLD",   SIGCHLD,   SIGNAL_IGNORE },
	{ "SIGCONT",   SIGCONT,   SIGNAL_CONTINUE },
	{ "SIGSTOP",   SIGSTOP,   SIGNAL_STOP },
	{ "SIGTSTP",   SIGTSTP,   SIGNAL_STOP },
	{ "SIGTTIN",   SIGTTIN,   SIGNAL_STOP },
	{ "SIGTTOU",   SIGTTOU,   SIGNAL_STOP },
	{ "SIGURG",    SIGURG,    SIGNAL_IGNORE },
	{ "SIGXCPU",   SIGXCPU,   SIGNAL_CORE },
	{ "SIGXFSZ",   SIGXFSZ,   SIGNAL_CORE },
	{ "SIGVTALRM", SIGVTALRM, SIGNAL_TERMINATE },
	{ "SIGPROF",   SIGPROF,   SIGNAL_TERMINATE },
	{ "SIGWINCH",  SIGWINCH,  SIGNAL_IGNORE },
	{ "SIGIO",     SIGIO,     SIGNAL_TERMINATE },
	{ "SIGPWR",    SIGPWR,    SIGNAL_TERMINATE },
	{ "SIGSYS",    SIGSYS,    SIGNAL_CORE },
	/* Second names, found but never shown. */
	{ "SIGIOT",    SIGABRT,   SIGNAL_CORE },
	{ "SIGPOLL",   SIGIO,     SIGNAL_TERMINATE },
	{ "SIGCLD",    SIGCHLD,   SIGNAL_IGNORE },
};

#define RT(n_) "SIGRTMIN+" #n_
static const char *const realtime[] = {
	"SIGRTMIN", RT(1),  RT(2),  RT(3),  RT(4),  RT(5),  RT(6),  RT(7),  RT(8),  RT(9),  RT(10),
	RT(11),     RT(12), RT(13), RT(14), RT(15), RT(16), RT(17), RT(18), RT(19), RT(20), RT(21),
	RT(22),     RT(23), RT(24), RT(25), RT(26), RT(27), RT(28), RT(29), RT(30),
};
#undef RT

/* The kernel's real-time signals that the libc keeps for itself: 2 in glibc, 3 in musl. */
#define KERNEL_RTMIN 32
static const char *const kept[] = { "SIG32", "SIG33", "SIG34" };

static const struct named open_flags[] = {
	{ "O_CREAT", O_CREAT }, { "O_EXCL", O_EXCL }, { "O_NOCTTY", O_NOCTTY },
	{ "O_TRUNC", O_TRUNC }, { "O_APPEND", O_APPEND }, { "O_NONBLOCK", O_NONBLOCK },
	{ "O_SYNC", O_SYNC }, { "O_DSYNC", O_DSYNC }, { "O_ASYNC", O_ASYNC },
	{ "O_DIRECT", O_DIRECT },
	/* 0 in the headers of 64 bit machines, but set in what the kernel shows. */
	{ "O_LARGEFILE", 0100000 },
	{ "O_TMPFILE", O_TMPFILE }, { "O_DIRECTORY", O_DIRECTORY }, { "O_NOFOLLOW", O_NOFOLLOW },
	{ "O_NOATIME", O_NOATIME }, { "O_CLOEXEC", O_CLOEXEC }, { "O_PATH", O_PATH },
};
/* clang-format on */

int errno_from_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++)
		if (strcmp(errnos[i].name, name) == 0)
			return errnos[i].number;
	return 0;
}

const char *errno_name(int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++)
		if (errnos[i].number == number)
			return errnos[i].name;
	return NULL;
}

const char *const *errno_words(size_t *ret_count)
{
	static const char *words[ARRAY_SIZE(errnos)];

	for (size_t i = 0; i < ARRAY_SIZE(errnos); i++)
		words[i] = errnos[i].name;
	*ret_count = ARRAY_SIZE(errnos);
	return words;
}

/* The n of "+n" or "-n" behind a name, -1 when it is no number up to the range's size. */
static int offset_behind(const char *text, char sign)
{
	char *end;
	long n;

	if (text[0] == '\0')
		return 0;
	if (text[0] != sign || text[1] < '0' || text[1] > '9')
		return -1;
	n = strtol(text + 1, &end, 10);
	return *end == '\0' && n <= SIGRTMAX - SIGRTMIN ? (int)n : -1;
}

static int realtime_from_name(const char *name)
{
	size_t len = strlen("SIGRTMIN");
	int n;

	if (strncmp(name, "SIGRTMIN", len) == 0) {
		n = offset_behind(name + len, '+');
		return n < 0 ? 0 : SIGRTMIN + n;
	}
	if (strncmp(name, "SIGRTMAX", len) == 0) {
		n = offset_behind(name + len, '-');
		return n < 0 ? 0 : SIGRTMAX - n;
	}
	return 0;
}

int signal_from_name(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (strcmp(signals[i].name, name) == 0)
			return signals[i].number;
	return realtime_from_name(name);
}

static const struct signal_row *signal_row(int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (signals[i].number == number)
			return &signals[i];
	return NULL;
}

const char *signal_name(int number)
{
	const struct signal_row *row = signal_row(number);

	if (row)
		return row->name;
	if (number >= SIGRTMIN && number <= SIGRTMAX)
		return realtime[number - SIGRTMIN];
	if (number >= KERNEL_RTMIN && number < SIGRTMIN)
		return kept[number - KERNEL_RTMIN];
	return NULL;
}

const char *const *signal_words(size_t *ret_count)
{
	static const char *words[ARRAY_SIZE(signals) + 2];
	size_t count = 0;

	for (; count < ARRAY_SIZE(signals); count++)
		words[count] = signals[count].name;
	words[count++] = "SIGRTMIN";
	words[count++] = "SIGRTMAX";
	*ret_count = count;
	return words;
}

enum signal_action signal_default_action(int number)
{
	const struct signal_row *row = signal_row(number);

	return row ? row->action : SIGNAL_TERMINATE;
}

static void append(char *text, size_t size, const char *word)
{
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used ? "|" : "", word);
}

void open_flags_format(int flags, char *text, size_t size)
{
	static const char *const modes[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
	int left = flags & ~O_ACCMODE;
	char rest[16];

	snprintf(text, size, "%s", modes[flags & O_ACCMODE]);
	for (size_t i = 0; i < ARRAY_SIZE(open_flags); i++) {
		int bits = open_flags[i].number;

		if ((left & bits) != bits)
			continue;
		append(text, size, open_flags[i].name);
		left &= ~bits;
	}
	if (left) {
		snprintf(rest, sizeof(rest), "0x%x", (unsigned)left);
		append(text, size, rest);
	}
}
