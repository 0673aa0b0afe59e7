#include "run/image.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void image_free(void *ptr)
{
	struct run_image *image = ptr;

	if (image->map_read)
		process_map_release(&image->map);
	free(image->places);
	free(image->unsafe);
	free(image->locks);
	free(image->lock_returns);
	free(image->lock_calls);
	free(image);
}

struct run_image *image_of(struct process *p)
{
	if (!p->image) {
		p->image = mem_zalloc(sizeof(struct run_image));
		p->image_free = image_free;
	}
	return p->image;
}

struct process_map *image_map(struct execution *x, struct process *p)
{
	struct run_image *image = image_of(p);

	if (!image)
		return NULL;
	if (!image->map_read)
		image->map_read = process_map_read(x->worker->images, x->engine.options.proc_fd,
						   p->tgid, &image->map, NULL) == 0;
	return image->map_read ? &image->map : NULL;
}

void image_changed(struct process *p)
{
	struct run_image *image = p->image;

	if (image && image->map_read)
		process_map_release(&image->map);
	if (image)
		image->map_read = false;
}

static int copy(void *ret_items, size_t *ret_count, const void *items, size_t count, size_t size)
{
	void *made;

	if (!count)
		return 0;
	made = mem_zalloc(count * size);
	if (!made)
		return -ENOMEM;
	memcpy(made, items, count * size);
	*(void **)ret_items = made;
	*ret_count = count;
	return 0;
}

/* Its one thread is inside what the parent's thread was in: those calls end there unseen. */
int image_inherit(struct process *child)
{
	const struct run_image *from = child->parent ? child->parent->image : NULL;
	struct run_image *image;
	int rc;

	if (!from)
		return 0;
	image = image_of(child);
	if (!image)
		return -ENOMEM;
	rc = copy(&image->places, &image->place_count, from->places, from->place_count,
		  sizeof(*from->places));
	if (!rc)
		rc = copy(&image->locks, &image->lock_count, from->locks, from->lock_count,
			  sizeof(*from->locks));
	if (!rc)
		rc = copy(&image->lock_returns, &image->lock_return_count, from->lock_returns,
			  from->lock_return_count, sizeof(*from->lock_returns));
	return rc;
}
