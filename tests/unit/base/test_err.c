#include "base/err.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <errno.h>
#include <string.h>

Test(base_err, set_keeps_code_and_text)
{
	struct err err = ERR_INIT;

	cr_expect(eq(int, err_set(&err, -EINVAL, "row %d", 3), -EINVAL));
	cr_expect(eq(int, err.code, -EINVAL));
	cr_expect(eq(str, err.text, "row 3"));
}

Test(base_err, errno_is_spelled_out)
{
	struct err err = ERR_INIT;

	cr_expect(eq(int, err_errno(&err, -ENOENT, "open %s", "x"), -ENOENT));
	cr_expect(eq(str, err.text, "open x: No such file or directory"));
}

Test(base_err, wrap_puts_context_in_front)
{
	struct err err = ERR_INIT;

	err_set(&err, -EIO, "short");
	cr_expect(eq(int, err_wrap(&err, -EINVAL, "read"), -EIO), "the first code stays");
	cr_expect(eq(str, err.text, "read: short"));
}

Test(base_err, nobody_needs_to_listen)
{
	cr_expect(eq(int, err_set(NULL, -EIO, "x"), -EIO));
	cr_expect(eq(int, err_errno(NULL, -EIO, "x"), -EIO));
	cr_expect(eq(int, err_wrap(NULL, -EIO, "x"), -EIO));
}

Test(base_err, long_text_is_cut)
{
	char text[2 * ERR_TEXT_MAX];
	struct err err = ERR_INIT;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_errno(&err, -EIO, "%s", text);
	cr_expect(eq(sz, strlen(err.text), ERR_TEXT_MAX - 1));
	err_wrap(&err, -EIO, "%s", text);
	cr_expect(eq(sz, strlen(err.text), ERR_TEXT_MAX - 1));
}
