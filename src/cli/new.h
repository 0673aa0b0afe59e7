/*
 * new.h - scenarios to start from, one for each mechanism; they stand in the
 * file of their family.
 */
#ifndef CLI_NEW_H
#define CLI_NEW_H

/* new_queue.c */
extern const char new_mq_posix[], new_msg_sysv[];
/* new_memory.c */
extern const char new_shm_posix[], new_shm_sysv[], new_mmap[];

/* new_lock.c */
extern const char new_sem_posix[], new_sem_sysv[], new_futex[], new_eventfd[], new_file_lock[];
/* new_message.c */
extern const char new_udp[], new_unix_dgram[], new_unix_seqpacket[], new_fd_passing[];
/* new_stream.c */
extern const char new_tcp[], new_unix_stream[];

#endif
