#include "compile/key.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/util.h"

/* Where headers are looked for. */
static const char *const folder_options[] = {"-iquote", "-isystem", "-idirafter", "-I"};

struct key {
	XXH3_state_t *hash;
};

struct key *key_new(void)
{
	struct key *key = mem_zalloc(sizeof(*key));

	if (!key)
		return NULL;
	key->hash = XXH3_createState();
	if (!key->hash) {
		free(key);
		return NULL;
	}
	XXH3_128bits_reset(key->hash);
	return key;
}

void key_free(struct key *key)
{
	if (key)
		XXH3_freeState(key->hash);
	free(key);
}

void key_add_text(struct key *key, const char *text)
{
	XXH3_128bits_update(key->hash, text, strlen(text) + 1);
}

void key_add_text_below(struct key *key, const char *text, const char *root)
{
	const char *found;

	while (root && *root && (found = strstr(text, root))) {
		XXH3_128bits_update(key->hash, text, (size_t)(found - text));
		XXH3_128bits_update(key->hash, "\1", 1);
		text = found + strlen(root);
	}
	key_add_text(key, text);
}

int key_add_file(struct key *key, const char *path)
{
	char buffer[16384];
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0)
		XXH3_128bits_update(key->hash, buffer, (size_t)n);
	return n < 0 ? -errno : 0;
}

static int look_in_path(const char *compiler, struct stat *ret_st)
{
	const char *path = getenv("PATH");
	cleanup_free char *copy = path ? mem_strdup(path) : NULL;
	char *next = copy, *folder;

	if (strchr(compiler, '/'))
		return stat(compiler, ret_st) ? -errno : 0;
	while ((folder = strsep(&next, ":"))) {
		cleanup_free char *file = mem_printf("%s/%s", folder, compiler);

		if (!file)
			return -ENOMEM;
		if (stat(file, ret_st) == 0)
			return 0;
	}
	return -ENOENT;
}

int compile_find_compiler(const char *compiler, struct stat *ret_st, struct err *err)
{
	int rc = look_in_path(compiler, ret_st);

	if (rc == -ENOENT)
		return err_set(err, rc, "'%s' is not installed", compiler);
	return rc ? err_errno(err, rc, "compiler %s", compiler) : 0;
}

int key_add_compiler(struct key *key, const char *compiler, struct err *err)
{
	struct stat st;
	int rc = compile_find_compiler(compiler, &st, err);

	if (rc)
		return rc;
	XXH3_128bits_update(key->hash, &st.st_size, sizeof(st.st_size));
	XXH3_128bits_update(key->hash, &st.st_mtim, sizeof(st.st_mtim));
	key_add_text(key, compiler);
	return 0;
}

static bool is_header(const char *name)
{
	static const char *const endings[] = {".h", ".hh", ".hpp", ".hxx", ".inc", ".def", ".tcc"};
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < ARRAY_SIZE(endings); i++)
		if (strcmp(dot, endings[i]) == 0)
			return true;
	return false;
}

/* The order in which a folder is read is no part of it: the sum has none. */
void key_add_headers_of(struct key *key, const char *folder)
{
	cleanup_closedir DIR *dir = opendir(folder);
	const struct dirent *entry;
	XXH64_hash_t sum = 0;

	while (dir && (entry = readdir(dir)))
		if (is_header(entry->d_name))
			sum += XXH3_64bits(entry->d_name, strlen(entry->d_name));
	XXH3_128bits_update(key->hash, &sum, sizeof(sum));
}

void key_add_folders(struct key *key, char *const *args, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(folder_options); k++) {
			size_t len = strlen(folder_options[k]);

			if (strncmp(args[i], folder_options[k], len) != 0)
				continue;
			if (args[i][len])
				key_add_headers_of(key, args[i] + len);
			else if (i + 1 < count)
				key_add_headers_of(key, args[i + 1]);
			break;
		}
}

void key_print(const struct key *key, char ret_text[KEY_SIZE])
{
	XXH128_hash_t sum = XXH3_128bits_digest(key->hash);

	snprintf(ret_text, KEY_SIZE, "%016llx%016llx", (unsigned long long)sum.high64,
		 (unsigned long long)sum.low64);
}
