/* What the upstream and the load share: the clock, ends with a reason, sockets. */

#ifndef CLOCK_H
#define CLOCK_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef int64_t nanoseconds;

#define SECOND 1000000000LL

/* The same clock in both processes, so a stamp of one can be subtracted in the other. */
static inline nanoseconds now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return at.tv_sec * SECOND + at.tv_nsec;
}

static inline void die(const char *what)
{
    perror(what);
    exit(1);
}

static inline void *grown(void *memory, size_t size)
{
    memory = realloc(memory, size);
    if (!memory)
        die("realloc");
    return memory;
}

static inline struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static inline void at_once(int fd)
{
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static inline void watch(int epoll, int how, int fd, uint32_t events, void *about)
{
    struct epoll_event event = {.events = events, .data.ptr = about};
    if (epoll_ctl(epoll, how, fd, &event))
        die("epoll_ctl");
}

/* Wait for events until a moment of the clock, or for ever if that is 0. */
static inline int wait_until(int epoll, struct epoll_event *events, int room, nanoseconds until)
{
    nanoseconds left = until - now();
    if (left < 0)
        left = 0;
    struct timespec rest = {left / SECOND, left % SECOND};
    int count = epoll_pwait2(epoll, events, room, until ? &rest : NULL, NULL);
    if (count < 0 && errno != EINTR)
        die("epoll_pwait2");
    return count < 0 ? 0 : count;
}

#endif
