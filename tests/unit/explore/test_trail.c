#include "explore/trail.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>

Test(explore_trail, what_is_written_is_read)
{
	static const char *const good[] = {"/0", "/41", "12:2/41", "12:2,30:1/41", "/9!3@17=9", "/9+unmodified", "3:1/9!3@17=9+unmodified", "/9~tso0", "3:1/9~pso18446744073709551615!1@2=10",
					   "1:64/18446744073709551615!1@1=12"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct trail trail;
		char *text;

		cr_assert(trail_parse(good[i], &trail), "%s", good[i]);
		text = trail_text(&trail);
		cr_expect(eq(str, text, good[i]));
		free(text);
	}
}

Test(explore_trail, what_is_none_is_refused)
{
	static const char *const bad[] = {
		"",	  "12",	     "12:2",	"12:2/",   "12:0/4",   "12:65/4",  "12:2,12:1/9",
		"9:1,4:2/9", ",1:2/3", "1:2,/3",	"1:2/3 ",  "/3x",      "/-3",	   "/ 3",
		"1:2/99999999999999999999", "/3!", "/3!1", "/3!1@2", "/3!1@2=0", "/3!1@2=65", "/3!0@2=9",
		"/3!1@2=9!", "+1:2/3", "/3~", "/3~sc1", "/3~ts", "/3~tso", "/3~tsox", "/3!1@2=9~tso1", "/3+", "/3+unmodifie", "/3+unmodifiedx",
		"/3~tso1+unmodified", "/3+unmodified!1@2=9"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct trail trail;

		cr_expect(not(trail_parse(bad[i], &trail)), "%s", bad[i]);
	}
}

Test(explore_trail, more_switches_than_there_is_room_for)
{
	char *text = malloc(CONTROL_SWITCHES * 16);
	struct trail trail;
	size_t len = 0;

	for (size_t i = 1; i <= CONTROL_SWITCHES + 1; i++)
		len += (size_t)sprintf(text + len, "%s%zu:1", i > 1 ? "," : "", i);
	sprintf(text + len, "/5000");
	cr_expect(not(trail_parse(text, &trail)));
	free(text);
}
