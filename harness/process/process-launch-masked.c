/*
 * name: process-launch-masked
 * mechanism: process
 * bug: blocked and ignored signals inherited by the command
 * about: process-launch-masked COMMAND: runs a command behind a pipe; the command inherits
 *	that SIGTERM is blocked and SIGPIPE ignored, and cannot be stopped
 * caught-as: wrong-output
 */
#define BUG_MASKED
#include "process/process-launch.c"
