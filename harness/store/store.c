/*
 * name: store
 * mechanism: shm-posix
 * bug: none
 * about: store create|serve|client|dump NAME: keys and values in shared memory, with one server
 *	and many clients; with -DBUG_PLAIN the state of a request is a plain word
 */
#include <stdio.h>
#include <string.h>

#include "area.h"
#include "client.h"
#include "dump.h"
#include "lib/args.h"
#include "lib/safe.h"
#include "server.h"

static int create(const char *name)
{
	area_create(name);
	puts("created");
	return 0;
}

static int serve(const char *name)
{
	return server_run(area_open(name));
}

static int client(const char *name)
{
	return client_run(area_open(name), stdin);
}

static int dump(const char *name)
{
	return dump_run(area_open(name));
}

static const struct {
	const char *name;
	int (*run)(const char *name);
} commands[] = {{"create", create}, {"serve", serve}, {"client", client}, {"dump", dump}};

int main(int argc, char **argv)
{
	const char *command, *name;

	args_init(argc, argv);
	command = args_operand();
	name = args_operand();
	args_end();
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(commands[i].name, command) == 0)
			return commands[i].run(name);
	fprintf(stderr, "%s: no such command\n", command);
	return STATUS_USAGE;
}
