/*
 * name: process-report-leftover
 * mechanism: process
 * bug: temporary file left on the error path
 * about: process-report-leftover FILE: writes a report to FILE.new and puts it in FILE's
 *	place when it is whole; otherwise FILE.new stays there
 * caught-as: leak wrong-output
 */
#define BUG_LEFTOVER
#include "process/process-report.c"
