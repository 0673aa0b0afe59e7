#include "client.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/safe.h"
#include "request.h"
#include "ring.h"
#include "text.h"

#define BATCH 8 /* requests on their way at the same time */

struct client {
	struct store *store;
	struct request requests[BATCH];
	struct slot *slots[BATCH];
	unsigned count;
	unsigned line;	/* of the script */
	unsigned wrong; /* replies other than ok, lines that are not understood */
};

static void send(struct client *client, unsigned i)
{
	const struct request *request = &client->requests[i];
	struct slot *slot = ring_claim(&client->store->ring);

	slot->kind = request->kind;
	text_copy(slot->key, KEY_ROOM, request->key);
	text_copy(slot->value, VALUE_ROOM, request->value);
	client->slots[i] = slot;
	ring_post(&client->store->ring, slot);
}

static bool shows_value(enum request_kind kind)
{
	return kind == REQUEST_GET || kind == REQUEST_ADD || kind == REQUEST_COUNT ||
	       kind == REQUEST_KEYS || kind == REQUEST_STATS;
}

static void receive(struct client *client, unsigned i)
{
	const struct request *request = &client->requests[i];
	struct slot *slot = client->slots[i];
	char value[VALUE_ROOM];
	uint32_t status;

	ring_await(slot);
	status = slot->status;
	memcpy(value, slot->value, sizeof(value));
	ring_release(slot);
	value[VALUE_ROOM - 1] = '\0';
	if (status != REPLY_OK) {
		client->wrong++;
		printf("%s %s: %s\n", request_name(request->kind), request->key,
		       reply_text((enum reply_status)status));
	} else if (shows_value(request->kind)) {
		printf("%s%s%s = %s\n", request_name(request->kind), *request->key ? " " : "",
		       request->key, value);
	}
}

static void flush(struct client *client)
{
	for (unsigned i = 0; i < client->count; i++)
		send(client, i);
	for (unsigned i = 0; i < client->count; i++)
		receive(client, i);
	client->count = 0;
}

static void add_line(struct client *client, char *line)
{
	char *comment = strchr(line, '#');
	const char *wrong;

	if (comment)
		*comment = '\0';
	if (line[strspn(line, " \t\n")] == '\0')
		return;
	wrong = request_parse(line, &client->requests[client->count]);
	if (wrong) {
		fprintf(stderr, "line %u: %s\n", client->line, wrong);
		client->wrong++;
	} else if (++client->count == BATCH) {
		flush(client);
	}
}

int client_run(struct store *store, FILE *script)
{
	struct client client = {.store = store};
	char line[KEY_ROOM + VALUE_ROOM + 64];

	while (fgets(line, sizeof(line), script)) {
		client.line++;
		add_line(&client, line);
	}
	flush(&client);
	if (client.wrong)
		fprintf(stderr, "%u requests failed\n", client.wrong);
	return client.wrong ? STATUS_WRONG : 0;
}
