#include "elf/stores.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/err.h"
#include "base/mem.h"

struct scan {
	csh handle;
	cs_insn *insn;
	struct image_store *stores;
	size_t count;
	unsigned straight;
};

#if defined(__x86_64__)

/* Capstone 4 takes the stores of movups, movdqa and movq for reads. */
static bool is_move(const cs_insn *insn)
{
	return strncmp(insn->mnemonic, "mov", 3) == 0 || strncmp(insn->mnemonic, "vmov", 4) == 0;
}

/* The size of what is written, 0 = nothing that counts. */
static unsigned written(const cs_insn *insn)
{
	const cs_x86 *x86 = &insn->detail->x86;

	for (size_t i = 0; i < x86->op_count; i++) {
		const cs_x86_op *op = &x86->operands[i];

		if (op->type == X86_OP_MEM &&
		    (op->access & CS_AC_WRITE || (i == 0 && is_move(insn))) &&
		    op->mem.base != X86_REG_RSP && op->mem.base != X86_REG_RBP)
			return op->size;
	}
	return 0;
}

static cs_err open_handle(csh *handle)
{
	return cs_open(CS_ARCH_X86, CS_MODE_64, handle);
}

#else

static unsigned written(const cs_insn *insn)
{
	const cs_arm64 *arm = &insn->detail->arm64;

	for (size_t i = 0; i < arm->op_count; i++) {
		const cs_arm64_op *op = &arm->operands[i];

		if (op->type == ARM64_OP_MEM && insn->mnemonic[0] == 's' &&
		    insn->mnemonic[1] == 't' && op->mem.base != ARM64_REG_SP &&
		    op->mem.base != ARM64_REG_X29)
			return insn->mnemonic[2] == 'p' ? 16 : 8;
	}
	return 0;
}

static cs_err open_handle(csh *handle)
{
	return cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, handle);
}

#endif

static int take(struct scan *scan)
{
	unsigned size = written(scan->insn);
	struct image_store *store;

	if (cs_insn_group(scan->handle, scan->insn, CS_GRP_JUMP) ||
	    cs_insn_group(scan->handle, scan->insn, CS_GRP_CALL) ||
	    cs_insn_group(scan->handle, scan->insn, CS_GRP_RET)) {
		scan->straight++;
		return 0;
	}
	if (!size)
		return 0;
	store = mem_append(&scan->stores, &scan->count, sizeof(*store));
	if (!store)
		return -ENOMEM;
	*store = (struct image_store){scan->insn->address, size, scan->straight};
	return 0;
}

static int scan_code(struct scan *scan, struct code_range range, const uint8_t *code)
{
	size_t size = range.end - range.start;
	uint64_t address = range.start;
	int rc = 0;

	if (open_handle(&scan->handle) != CS_ERR_OK)
		return -ENOMEM;
	if (cs_option(scan->handle, CS_OPT_DETAIL, CS_OPT_ON) != CS_ERR_OK ||
	    !(scan->insn = cs_malloc(scan->handle)))
		rc = -ENOMEM;
	while (!rc && cs_disasm_iter(scan->handle, &code, &size, &address, scan->insn))
		rc = take(scan);
	if (scan->insn)
		cs_free(scan->insn, 1);
	cs_close(&scan->handle);
	return rc;
}

int image_stores_of(struct image *image, struct code_range function,
		    struct image_store **ret_stores, size_t *ret_count, struct err *err)
{
	cleanup_free uint8_t *code = NULL;
	struct scan scan = {.count = 0};
	int rc;

	*ret_stores = NULL;
	*ret_count = 0;
	rc = image_function_code(image, function, &code);
	if (rc)
		return err_errno(err, rc, "code");
	if (!code)
		return 0;
	rc = scan_code(&scan, function, code);
	if (rc) {
		free(scan.stores);
		return err_errno(err, rc, "code");
	}
	*ret_stores = scan.stores;
	*ret_count = scan.count;
	return 0;
}
