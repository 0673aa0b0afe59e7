/*
 * request.h - what a client puts into shared memory for shm-server.
 */
#ifndef SHM_POSIX_REQUEST_H
#define SHM_POSIX_REQUEST_H

#include <stdint.h>

#define REQUEST_MAX  64 /* bytes of data in a request */
#define REQUEST_ROOM 8000

struct request {
	uint32_t server; /* its process id */
	uint32_t length; /* of the data; 0 = no request yet */
	char data[REQUEST_ROOM];
};

#endif
