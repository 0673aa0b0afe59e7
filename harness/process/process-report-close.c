/*
 * name: process-report-close
 * mechanism: process
 * bug: error of close ignored
 * about: process-report-close FILE: writes a report to FILE.new and puts it in FILE's
 *	place; that close could not store it goes unseen
 * caught-as: wrong-exit wrong-output
 */
#define BUG_CLOSE
#include "process/process-report.c"
