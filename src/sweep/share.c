#include "sweep/share.h"

#include <errno.h>

#include "base/cleanup.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "sweep/digest.h"
#include "sweep/site.h"

static int digest_of(const char *label, const char *call, enum fd_kind on, const char *at,
		     const char *family, uint64_t *ret_key)
{
	cleanup_free char *text =
		mem_printf("%s\n%s\n%s\n%s\n%s", label ? label : "", call,
			   vocab_name(&fd_kind_vocab, (int)on), at ? at : "", family);

	if (!text)
		return -ENOMEM;
	*ret_key = digest_text(text);
	return 0;
}

int share_key(const struct call_site *site, enum fault_family family, uint64_t *ret_key)
{
	cleanup_free char *at = site_at(site), *clean = at ? utf8_replace_invalid(at) : NULL;
	const char *name =
		family < FAULT_FAMILY_MAX_ ? vocab_name(&fault_family_vocab, (int)family) : "";

	return clean ? digest_of(site->label, site->call, site->kind, clean, name, ret_key)
		     : -ENOMEM;
}

int share_key_of_known(const struct known *known, uint64_t *ret_key)
{
	return digest_of(known->caller ? known->caller : known->process, known->call, known->on,
			 known->at, known->fault, ret_key);
}

bool part_has(const struct sweep_part *part, uint64_t key)
{
	return !part->count || key % part->count + 1 == part->index;
}

int share_plan(const struct record *record, const struct sweep_part *part, struct plan *plan)
{
	for (size_t i = 0; part->count && i < plan->count; i++) {
		struct attempt *attempt = plan->attempts[i];
		uint64_t key;
		int rc = share_key(&record->sites[attempt->site], attempt->family, &key);

		if (rc)
			return rc;
		if (!part_has(part, key))
			attempt->state = ATTEMPT_ELSEWHERE;
	}
	return 0;
}

int share_sites(const struct record *record, const struct sweep_part *part,
		const struct changes *changes, size_t *ret_count)
{
	size_t count = 0;

	for (size_t i = 0; i < record->site_count; i++) {
		uint64_t key;
		int rc = share_key(&record->sites[i], FAULT_FAMILY_MAX_, &key);

		if (rc)
			return rc;
		count += part_has(part, key) &&
			 (!changes || site_has_changed(&record->sites[i], changes));
	}
	*ret_count = count;
	return 0;
}
