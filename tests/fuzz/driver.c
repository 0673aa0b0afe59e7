#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"
#include "model/words.h"

/*
 * driver LAST RUNS SEED FOLDER...
 *
 * Feeds the fuzz target with RUNS mutations of the files in the folders, the
 * same ones for the same seed.  Each input is in the file LAST (its length in
 * the first 8 bytes) before it is tried: what crashed or hung is still there.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX     65536
#define CORPUS_MAX    2000
#define HANG_SECONDS  20
#define MUTATIONS_MAX 6

struct input {
	uint8_t *bytes;
	size_t len;
};

static struct input corpus[CORPUS_MAX];
static size_t corpus_count;
static uint64_t state;

static uint64_t draw(uint64_t below)
{
	state ^= state << 13; /* xorshift64 */
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (state >> 11) % below : 0;
}

static int add_file(const char *path, const struct stat *st, int type, struct FTW *where)
{
	struct input *input = &corpus[corpus_count];
	FILE *file;

	(void)where;
	if (type != FTW_F || st->st_size > INPUT_MAX || corpus_count == CORPUS_MAX)
		return 0;
	file = fopen(path, "r");
	if (!file)
		return 0;
	input->bytes = malloc(INPUT_MAX);
	input->len = input->bytes ? fread(input->bytes, 1, INPUT_MAX, file) : 0;
	corpus_count += input->bytes != NULL;
	fclose(file);
	return 0;
}

/* Folders are read in any order; the corpus has one of its own. */
static int compare_inputs(const void *left, const void *right)
{
	const struct input *a = left, *b = right;

	if (a->len != b->len)
		return a->len < b->len ? -1 : 1;
	return memcmp(a->bytes, b->bytes, a->len);
}

/* Room for @len bytes at @at; false when the input is full. */
static bool make_room(struct input *input, size_t at, size_t len)
{
	if (input->len + len > INPUT_MAX)
		return false;
	memmove(input->bytes + at + len, input->bytes + at, input->len - at);
	input->len += len;
	return true;
}

static void insert(struct input *input, const void *bytes, size_t len)
{
	size_t at = draw(input->len + 1);

	if (make_room(input, at, len))
		memcpy(input->bytes + at, bytes, len);
}

static void flip(struct input *input)
{
	if (input->len)
		input->bytes[draw(input->len)] ^= (uint8_t)(1U << draw(8));
}

static void set_byte(struct input *input)
{
	static const char marks[] = "{}[]:,-&*!|>%@`\"'#\n\t ?~$/.0";

	if (input->len)
		input->bytes[draw(input->len)] = (uint8_t)marks[draw(sizeof(marks))];
}

static void cut(struct input *input)
{
	size_t at = draw(input->len), len = draw(input->len - at < 40 ? input->len - at : 40);

	if (!input->len)
		return;
	memmove(input->bytes + at, input->bytes + at + len, input->len - at - len);
	input->len -= len;
}

static void copy_part(struct input *input)
{
	uint8_t part[200];
	size_t at = draw(input->len), len = draw(sizeof(part));

	if (len > input->len - at)
		len = input->len - at;
	memcpy(part, input->bytes + at, len);
	for (uint64_t times = draw(20) ? 1 : draw(100); times; times--)
		insert(input, part, len);
}

/* Keys that are given twice. */
static void double_line(struct input *input)
{
	size_t at = draw(input->len), end = at, len;

	while (at && input->bytes[at - 1] != '\n')
		at--;
	while (end < input->len && input->bytes[end] != '\n')
		end++;
	len = end < input->len ? end + 1 - at : 0;
	if (len && make_room(input, at, len))
		memcpy(input->bytes + at, input->bytes + at + len, len);
}

static void splice(struct input *input)
{
	const struct input *other = &corpus[draw(corpus_count)];
	size_t at = draw(other->len), len = draw(other->len - at < 500 ? other->len - at : 500);

	insert(input, other->bytes + at, len);
}

static void insert_word(struct input *input)
{
	static const struct vocab *const vocabs[] = {&trigger_vocab, &action_vocab, &channel_vocab,
						     &finding_vocab, &when_vocab,   &phase_vocab};
	const struct vocab *vocab = vocabs[draw(ARRAY_SIZE(vocabs))];
	const char *word = vocab->rows[draw((uint64_t)vocab->count)].name;

	insert(input, word, strlen(word));
}

static void insert_token(struct input *input)
{
	static const char *const tokens[] = {
		"${tmp}",
		"${",
		"$${",
		"<<: ",
		"&a ",
		"*a",
		"- ",
		"? ",
		"---\n",
		"...\n",
		"%YAML",
		"!!str",
		"|\n",
		"matrix: {a: [1, 2]}\n",
		": ",
		"null",
		"/(a|b)*/",
		"{1,9}",
		"0",
		"-1",
		"18446744073709551616",
		"3..",
		"writer/main",
		"child[2]",
		"\r\n",
		"\xc3\xa4",
		"\xef\xbb\xbf",
		"\0",
	};
	const char *token = tokens[draw(ARRAY_SIZE(tokens))];

	insert(input, token, strlen(token) ? strlen(token) : 1);
}

static void mutate(struct input *input)
{
	static void (*const ways[])(struct input *) = {
		flip, set_byte, cut, copy_part, double_line, splice, insert_word, insert_token};

	for (uint64_t n = 1 + draw(MUTATIONS_MAX); n; n--)
		ways[draw(ARRAY_SIZE(ways))](input);
}

static uint8_t *open_last(const char *path)
{
	FILE *file = fopen(path, "w+");
	uint8_t *last = MAP_FAILED;

	if (file && ftruncate(fileno(file), INPUT_MAX + 8) == 0)
		last = mmap(NULL, INPUT_MAX + 8, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file),
			    0);
	if (last == MAP_FAILED) {
		perror(path);
		exit(3);
	}
	fclose(file);
	return last;
}

static void run_one(struct input *input, uint8_t *last)
{
	const struct input *seed = &corpus[draw(corpus_count)];
	uint64_t len;

	memcpy(input->bytes, seed->bytes, seed->len);
	input->len = seed->len;
	mutate(input);
	len = input->len;
	memcpy(last, &len, sizeof(len));
	memcpy(last + sizeof(len), input->bytes, input->len);
	alarm(HANG_SECONDS);
	LLVMFuzzerTestOneInput(last + sizeof(len), input->len);
}

int main(int argc, char **argv)
{
	struct input input = {.bytes = malloc(INPUT_MAX)};
	unsigned long runs = argc > 4 ? strtoul(argv[2], NULL, 10) : 0;
	uint8_t *last;

	if (!runs || !input.bytes) {
		fprintf(stderr, "usage: driver LAST RUNS SEED FOLDER...\n");
		return 2;
	}
	state = strtoull(argv[3], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
	last = open_last(argv[1]);
	for (int i = 4; i < argc; i++)
		nftw(argv[i], add_file, 16, FTW_PHYS);
	if (!corpus_count) {
		fprintf(stderr, "driver: no files to begin with\n");
		return 2;
	}
	qsort(corpus, corpus_count, sizeof(*corpus), compare_inputs);
	for (unsigned long i = 0; i < runs; i++)
		run_one(&input, last);
	printf("fuzz: %lu inputs from %zu files, seed %s: clean\n", runs, corpus_count, argv[3]);
	for (size_t i = 0; i < corpus_count; i++)
		free(corpus[i].bytes);
	free(input.bytes);
	munmap(last, INPUT_MAX + 8);
	return 0;
}
