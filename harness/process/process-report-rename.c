/*
 * name: process-report-rename
 * mechanism: process
 * bug: rename that failed is not noticed
 * about: says that the report is there although its draft was removed
 * caught-as: wrong-exit
 */
#define BUG_RENAME
#include "process/process-report.c"
