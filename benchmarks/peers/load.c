/*
 * A client that keeps connections busy: one thread, epoll.
 *
 *     load PORT PATH CONNECTIONS BODY SECONDS WARM RAMP [HEADER]...
 *
 * Each connection sends the request whose body is in the file BODY, reads the answer, and sends it
 * again. They begin at random moments of the first RAMP seconds. What happens in the first WARM
 * seconds is not counted. "begin" is written when the counting begins, "end" SECONDS later, then
 * one line of JSON: what was counted, and percentiles in microseconds of the time to the first event
 * (or, of an answer that is not a stream, its first byte), of the whole answer, and of an event's
 * way from the upstream, whose clock is in its content after an "@".
 */

#include "clock.h"

#include <fcntl.h>
#include <sys/stat.h>

#define LINE_LIMIT 512
#define SAMPLES 4000000

struct samples {
    uint32_t *tenths; /* of a microsecond */
    long count;
};

struct connection {
    int fd, status, chunked, in_body, stream, seen, opened, writing;
    size_t sent, line_size;
    long left; /* bytes of the chunk, or of the body; -1 while a chunk's length is read */
    char line[LINE_LIMIT + 1];
    nanoseconds begins, asked;
};

static int epoll, port, counting;
static char *request;
static size_t request_size, body_size;
static char buffer[1 << 20];
static long events, responses, failures, bytes;
static struct samples first, whole, way;

static void sample(struct samples *all, nanoseconds spent)
{
    if (counting && all->count < SAMPLES)
        all->tenths[all->count++] = spent / 100;
}

static int ascending(const void *a, const void *b)
{
    uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (one > other) - (one < other);
}

static void print_samples(const char *name, struct samples *all)
{
    static const int percents[] = {50, 90, 99};
    qsort(all->tenths, all->count, sizeof *all->tenths, ascending);
    printf(",\"%s\":{\"count\":%ld", name, all->count);
    for (int at = 0; at < 3 && all->count; at++)
        printf(",\"p%d\":%.1f", percents[at], all->tenths[all->count * percents[at] / 100] / 10.0);
    printf("}");
}

/* ---- One answer. */

static void send_request(struct connection *one);

static void ask(struct connection *one)
{
    one->asked = now();
    one->in_body = one->seen = 0;
    one->line_size = one->sent = 0;
    send_request(one);
}

static void again(struct connection *one, int failed)
{
    if (counting)
        failed ? failures++ : responses++;
    if (failed) {
        close(one->fd);
        one->begins = now() + SECOND / 20;
        one->opened = 0;
        return;
    }
    sample(&whole, now() - one->asked);
    ask(one);
}

static void take_event(struct connection *one, const char *line, size_t size)
{
    if (!one->seen) {
        one->seen = 1;
        sample(&first, now() - one->asked);
    }
    const char *stamp = memmem(line, size, "\"@", 2);
    if (!stamp)
        return;
    events += counting;
    sample(&way, now() - strtoll(stamp + 2, NULL, 10));
}

/* Cut events out of a piece of the body. Of a long line the beginning is enough. */
static void take_body(struct connection *one, const char *piece, size_t size)
{
    bytes += counting ? size : 0;
    if (!one->stream && !one->seen) {
        one->seen = 1;
        sample(&first, now() - one->asked);
    }
    while (one->stream && size) {
        const char *end = memchr(piece, '\n', size);
        size_t length = end ? (size_t)(end - piece) : size, room = LINE_LIMIT - one->line_size;
        size_t kept = length < room ? length : room;
        memcpy(one->line + one->line_size, piece, kept);
        one->line_size += kept;
        if (end) {
            one->line[one->line_size] = 0;
            if (!strncmp(one->line, "data: {", 7))
                take_event(one, one->line, one->line_size);
            one->line_size = 0;
            length++;
        }
        piece += length;
        size -= length;
    }
}

/* The head, once it is whole; how many bytes of it were used. */
static size_t take_head(struct connection *one, char *data, size_t size)
{
    char *end = memmem(data, size, "\r\n\r\n", 4);
    if (!end)
        return 0;
    *end = 0;
    one->status = atoi(data + 9);
    one->stream = strcasestr(data, "text/event-stream") != NULL;
    one->chunked = strcasestr(data, "\r\nTransfer-Encoding: chunked") != NULL;
    char *length = strcasestr(data, "\r\nContent-Length:");
    one->left = one->chunked ? -1 : length ? atol(length + 17) : 0;
    one->in_body = 1;
    return end + 4 - data;
}

/* As much as can be made out; how much that was, or -1 at the answer's end. */
static long take(struct connection *one, char *data, size_t size)
{
    if (!one->in_body)
        return take_head(one, data, size);
    if (one->left < 0) {
        char *line = memchr(data, '\n', size);
        if (!line)
            return 0;
        if (line == data + 1 && *data == '\r')
            return 2; /* what ends a chunk */
        one->left = strtol(data, NULL, 16);
        if (one->left == 0)
            return -1;
        return line + 1 - data;
    }
    size_t piece = (size_t)one->left < size ? (size_t)one->left : size;
    take_body(one, data, piece);
    one->left -= piece;
    if (one->left == 0 && !one->chunked)
        return -1;
    if (one->left == 0)
        one->left = -1;
    return piece;
}

static size_t kept_size[65536];
static char *kept[65536]; /* by descriptor: what was not understood yet, a few bytes */

static void receive(struct connection *one)
{
    size_t size = kept_size[one->fd];
    memcpy(buffer, kept[one->fd] ? kept[one->fd] : "", size);
    ssize_t got = recv(one->fd, buffer + size, sizeof buffer - size - 1, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        kept_size[one->fd] = 0;
        again(one, 1);
        return;
    }
    size += got;
    char *at = buffer;
    long used;
    while (size && (used = take(one, at, size)) != 0) {
        if (used < 0) {
            kept_size[one->fd] = 0;
            again(one, one->status != 200);
            return;
        }
        at += used;
        size -= used;
    }
    kept[one->fd] = grown(kept[one->fd], size + 1);
    memcpy(kept[one->fd], at, size);
    kept_size[one->fd] = size;
}

/* ---- Connections. */

static void send_request(struct connection *one)
{
    while (one->sent < request_size) {
        ssize_t sent = send(one->fd, request + one->sent, request_size - one->sent, MSG_NOSIGNAL);
        if (sent < 0 && (errno == EAGAIN || errno == ENOTCONN))
            break;
        if (sent < 0) {
            again(one, 1);
            return;
        }
        one->sent += sent;
    }
    int more = one->sent < request_size;
    if (more != one->writing)
        watch(epoll, EPOLL_CTL_MOD, one->fd, EPOLLIN | (more ? EPOLLOUT : 0), one);
    one->writing = more;
}

static void start(struct connection *one)
{
    struct sockaddr_in address = loopback(port);
    one->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (one->fd < 0 || one->fd >= 65536)
        die("socket");
    one->opened = one->writing = 1;
    if (connect(one->fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS)
        die("connect");
    at_once(one->fd);
    watch(epoll, EPOLL_CTL_ADD, one->fd, EPOLLIN | EPOLLOUT, one);
    ask(one);
}

static void turn(nanoseconds until)
{
    struct epoll_event ready[256];
    int count = wait_until(epoll, ready, 256, until);
    for (int at = 0; at < count; at++) {
        struct connection *one = ready[at].data.ptr;
        if (ready[at].events & EPOLLOUT)
            send_request(one);
        else
            receive(one);
    }
}

/* Turn until a moment of the clock; those begin meanwhile whose time has come. */
static void turn_until(struct connection *all, int count, nanoseconds until)
{
    nanoseconds look = 0;
    while (now() < until) {
        if (now() >= look) {
            look = now() + SECOND / 1000;
            for (int at = 0; at < count; at++)
                if (!all[at].opened && all[at].begins <= now())
                    start(&all[at]);
        }
        turn(look < until ? look : until);
    }
}

static void read_request(const char *path, const char *body, int count, char **headers)
{
    struct stat about;
    int fd = open(body, O_RDONLY);
    if (fd < 0 || fstat(fd, &about))
        die(body);
    body_size = about.st_size;
    request = grown(NULL, body_size + 65536);
    request_size = sprintf(request,
                           "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: "
                           "application/json\r\nContent-Length: %zu\r\n",
                           path, port, body_size);
    for (int at = 0; at < count; at++)
        request_size += sprintf(request + request_size, "%s\r\n", headers[at]);
    request_size += sprintf(request + request_size, "\r\n");
    for (size_t got = 0; got < body_size;) {
        ssize_t more = read(fd, request + request_size + got, body_size - got);
        if (more <= 0)
            die(body);
        got += more;
    }
    request_size += body_size;
}

static void say(const char *what)
{
    puts(what);
    fflush(stdout);
}

int main(int count, char **arguments)
{
    if (count < 8)
        return fprintf(stderr, "load PORT PATH CONNECTIONS BODY SECONDS WARM RAMP [HEADER]...\n"), 2;
    int connections = atoi(arguments[3]);
    double seconds = atof(arguments[5]), warm = atof(arguments[6]), ramp = atof(arguments[7]);
    port = atoi(arguments[1]);
    read_request(arguments[2], arguments[4], count - 8, arguments + 8);
    struct samples *kinds[] = {&first, &whole, &way};
    for (int at = 0; at < 3; at++)
        kinds[at]->tenths = grown(NULL, SAMPLES * sizeof(uint32_t));

    epoll = epoll_create1(0);
    struct connection *all = calloc(connections, sizeof *all);
    nanoseconds began = now(), counted = began + (nanoseconds)(warm * SECOND);
    srand48(20260101);
    for (int at = 0; at < connections; at++)
        all[at].begins = began + (nanoseconds)(drand48() * ramp * SECOND);
    turn_until(all, connections, counted);
    say("begin");
    counting = 1;
    turn_until(all, connections, counted + (nanoseconds)(seconds * SECOND));
    counting = 0;
    say("end");
    printf("{\"events\":%ld,\"responses\":%ld,\"failures\":%ld,\"bytes\":%ld,\"seconds\":%g", events,
           responses, failures, bytes, seconds);
    print_samples("first", &first);
    print_samples("whole", &whole);
    print_samples("way", &way);
    printf("}\n");
    return 0;
}
