/*
 * An upstream that costs next to nothing: one thread, epoll, answers made as they are sent.
 *
 *     upstream PORT
 *
 * The model's name says what the answer is, in parts between hyphens or slashes; others are ignored:
 *
 *     n1024     a JSON answer of so many bytes
 *     s200      a stream of so many events with content
 *     p20000    microseconds from one write to the next
 *     w1        events in a write
 *     c20       bytes of content in an event, at least those of the stamp
 *     d50       milliseconds before the first byte
 *
 * The content of each event begins with "@" and the clock's nanoseconds at its writing, and no two
 * are alike. GET /stats counts streams in flight, given up by the client, and when the last was.
 */

#include "clock.h"

#include <ctype.h>
#include <signal.h>

#define HEAD_LIMIT 65536

struct scenario {
    long whole, events, pace, per_write, content, delay;
};

struct connection {
    int fd, busy, blocked, last;
    char *in, *out;
    size_t in_room, in_size, out_room, out_at, out_size;
    struct scenario asked;
    long step;
    nanoseconds due;
    int place; /* in the heap of those that wait, or -1 */
};

static int epoll;
static struct connection **waiting;
static int waits, waiting_room;
static uint64_t random_state = 88172645463325252ULL;
static struct {
    long requests, in_flight, aborted, events, bytes;
    nanoseconds aborted_at;
} stats;

/* ---- Those that wait for their time: a binary heap. */

static void put(struct connection *one, int place)
{
    waiting[place] = one;
    one->place = place;
}

static void sift(struct connection *one, int place)
{
    while (place && waiting[(place - 1) / 2]->due > one->due) {
        put(waiting[(place - 1) / 2], place);
        place = (place - 1) / 2;
    }
    for (;;) {
        int child = 2 * place + 1;
        if (child + 1 < waits && waiting[child + 1]->due < waiting[child]->due)
            child++;
        if (child >= waits || waiting[child]->due >= one->due)
            break;
        put(waiting[child], place);
        place = child;
    }
    put(one, place);
}

static void wait_for_time(struct connection *one)
{
    if (waits == waiting_room) {
        waiting_room = waiting_room ? 2 * waiting_room : 64;
        waiting = grown(waiting, waiting_room * sizeof *waiting);
    }
    sift(one, waits++);
}

static void wait_no_more(struct connection *one)
{
    int place = one->place;
    if (place < 0)
        return;
    one->place = -1;
    if (place < --waits)
        sift(waiting[waits], place);
}

/* ---- What is sent. */

static char *room_for(struct connection *one, size_t size)
{
    if (one->out_size + size > one->out_room) {
        one->out_room = 2 * (one->out_size + size);
        one->out = grown(one->out, one->out_room);
    }
    return one->out + one->out_size;
}

static void add(struct connection *one, const char *text, size_t size)
{
    memcpy(room_for(one, size), text, size);
    one->out_size += size;
}

static void add_text(struct connection *one, const char *text)
{
    add(one, text, strlen(text));
}

/* Words that do not come back, eight bytes a step. */
static void fill(char *to, size_t size)
{
    for (size_t at = 0; at < size; at += 8) {
        random_state ^= random_state << 13;
        random_state ^= random_state >> 7;
        random_state ^= random_state << 17;
        uint64_t word = (random_state & 0x0f0f0f0f0f0f0f0fULL) + 0x6161616161616161ULL;
        word = (word & ~0xffULL) | ' ';
        memcpy(to + at, &word, size - at < 8 ? size - at : 8);
    }
}

static size_t content(char *to, long size)
{
    size_t stamp = sprintf(to, "@%lld ", (long long)now());
    if ((long)stamp >= size)
        return stamp;
    fill(to + stamp, size - stamp);
    return size;
}

/* One event in an HTTP chunk of its own. The length of a chunk has eight digits. */
static void add_event(struct connection *one, const char *delta, long size, const char *reason)
{
    char *head = room_for(one, size + 1024), *at = head + 10;
    at += sprintf(at,
                  "data: {\"id\":\"chatcmpl-6f1c2a9be4d84d3f\",\"object\":\"chat.completion.chunk\","
                  "\"created\":1767225600,\"model\":\"bench-2026-01-01\",\"system_fingerprint\":"
                  "\"fp_50cad350e4\",\"choices\":[{\"index\":0,\"delta\":{%s",
                  delta);
    if (size >= 0) {
        at += content(at, size);
        *at++ = '"';
    }
    at += sprintf(at, "},\"logprobs\":null,\"finish_reason\":%s}]}\n\n", reason);
    char length[11];
    sprintf(length, "%08zx\r\n", (size_t)(at - head - 10));
    memcpy(head, length, 10);
    memcpy(at, "\r\n", 2);
    one->out_size += at + 2 - head;
}

static void answer_whole(struct connection *one, const char *body, size_t size)
{
    char head[160];
    sprintf(head,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
            size);
    add_text(one, head);
    add(one, body, size);
    one->last = 1;
}

static void answer_completion(struct connection *one)
{
    static const char before[] =
        "{\"id\":\"chatcmpl-6f1c2a9be4d84d3f\",\"object\":\"chat.completion\",\"created\":1767225600,"
        "\"model\":\"bench-2026-01-01\",\"choices\":[{\"index\":0,\"message\":{\"role\":"
        "\"assistant\",\"content\":\"";
    static const char after[] =
        "\"},\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":200,"
        "\"completion_tokens\":150,\"total_tokens\":350}}";
    long size = one->asked.whole - (long)(sizeof before + sizeof after - 2);
    char *body = grown(NULL, one->asked.whole + 1024), *at = body;
    at = mempcpy(at, before, sizeof before - 1);
    at += content(at, size);
    at = mempcpy(at, after, sizeof after - 1);
    answer_whole(one, body, at - body);
    free(body);
}

/* What one write holds: first the head and the role, then events, then the end. */
static void compose(struct connection *one)
{
    if (one->asked.whole) {
        answer_completion(one);
        return;
    }
    if (one->step++ == 0) {
        add_text(one, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                      "Cache-Control: no-cache\r\nTransfer-Encoding: chunked\r\n\r\n");
        add_event(one, "\"role\":\"assistant\",\"content\":\"\"", -1, "null");
        return;
    }
    for (long left = one->asked.per_write; left && one->asked.events; left--) {
        add_event(one, "\"content\":\"", one->asked.content, "null");
        one->asked.events--;
        stats.events++;
    }
    if (one->asked.events == 0) {
        add_event(one, "", -1, "\"stop\"");
        add_text(one, "0000000e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
        one->last = 1;
    }
}

/* ---- What is asked. */

static struct scenario scenario(const char *model, const char *end)
{
    struct scenario asked = {.per_write = 1, .content = 20};
    while (model < end) {
        long number = model + 1 < end && isdigit(model[1]) ? strtol(model + 1, NULL, 10) : -1;
        if (number >= 0)
            switch (*model) {
            case 'n': asked.whole = number; break;
            case 's': asked.events = number; break;
            case 'p': asked.pace = number; break;
            case 'w': asked.per_write = number; break;
            case 'c': asked.content = number; break;
            case 'd': asked.delay = number; break;
            }
        while (model < end && !strchr("-/", *model++))
            ;
    }
    return asked;
}

static struct scenario scenario_of(const char *body, size_t size)
{
    static const char name[] = "\"model\"";
    const char *end = body + size, *from = memmem(body, size, name, sizeof name - 1);
    from = from ? memchr(from + sizeof name - 1, '"', end - from - (sizeof name - 1)) : NULL;
    const char *to = from ? memchr(from + 1, '"', end - from - 1) : NULL;
    if (!to)
        return (struct scenario){.whole = 1024};
    return scenario(from + 1, to);
}

static void answer_page(struct connection *one, const char *path)
{
    char body[256] = "{\"balance\":100,\"accountBalance\":{\"total\":100,\"tier\":0,\"paid\":100}}";
    if (!strncmp(path, "/stats", 6))
        sprintf(body,
                "{\"requests\":%ld,\"in_flight\":%ld,\"aborted\":%ld,\"aborted_at\":%lld,"
                "\"events\":%ld,\"bytes\":%ld}",
                stats.requests, stats.in_flight, stats.aborted, (long long)stats.aborted_at,
                stats.events, stats.bytes);
    else if (strncmp(path, "/account", 8))
        strcpy(body, "[{\"name\":\"bench\",\"description\":\"Bench\",\"tools\":true}]");
    answer_whole(one, body, strlen(body));
}

/* How many bytes the first request in the buffer has, or 0 when it is not whole. */
static size_t whole_request(struct connection *one, size_t *head)
{
    one->in[one->in_size] = 0;
    char *end = memmem(one->in, one->in_size, "\r\n\r\n", 4);
    if (!end)
        return 0;
    *head = end + 4 - one->in;
    char *length = strcasestr(one->in, "\r\nContent-Length:");
    size_t size = *head + (length && length < end ? strtoul(length + 17, NULL, 10) : 0);
    if (size + HEAD_LIMIT > one->in_room) {
        one->in_room = size + HEAD_LIMIT;
        one->in = grown(one->in, one->in_room);
    }
    return one->in_size < size ? 0 : size;
}

static int take_request(struct connection *one)
{
    size_t head, size = whole_request(one, &head);
    if (!size)
        return 0;
    one->busy = 1;
    one->due = one->step = one->last = 0;
    one->out_at = one->out_size = 0;
    if (!strncmp(one->in, "GET ", 4)) {
        answer_page(one, one->in + 4);
    } else {
        stats.requests++;
        stats.in_flight++;
        one->asked = scenario_of(one->in + head, size - head);
        one->due = now() + one->asked.delay * 1000000LL;
        one->busy = 2;
    }
    memmove(one->in, one->in + size, one->in_size -= size);
    return 1;
}

/* ---- Connections. */

static void close_connection(struct connection *one)
{
    if (one->busy == 2) {
        stats.in_flight--;
        stats.aborted++;
        stats.aborted_at = now();
    }
    wait_no_more(one);
    close(one->fd);
    free(one->in);
    free(one->out);
    free(one);
}

static void block(struct connection *one, int blocked)
{
    if (one->blocked == blocked)
        return;
    one->blocked = blocked;
    watch(epoll, EPOLL_CTL_MOD, one->fd, EPOLLIN | EPOLLRDHUP | (blocked ? EPOLLOUT : 0), one);
}

/* 1 when all has been sent, 0 when the client must read first, -1 when it is gone. */
static int flush(struct connection *one)
{
    while (one->out_at < one->out_size) {
        ssize_t sent = send(one->fd, one->out + one->out_at, one->out_size - one->out_at,
                            MSG_NOSIGNAL);
        if (sent < 0 && errno == EAGAIN) {
            block(one, 1);
            return 0;
        }
        if (sent < 0)
            return -1;
        stats.bytes += sent;
        one->out_at += sent;
    }
    one->out_at = one->out_size = 0;
    block(one, 0);
    return 1;
}

/* Go on until the client, the time or the next request has to be waited for. */
static void proceed(struct connection *one)
{
    while (one->busy || take_request(one)) {
        int sent = flush(one);
        if (sent < 0)
            close_connection(one);
        if (sent <= 0)
            return;
        if (one->last) {
            stats.in_flight -= one->busy == 2;
            one->busy = 0;
            continue;
        }
        if (one->due > now()) {
            wait_for_time(one);
            return;
        }
        compose(one);
        one->due += one->asked.pace * 1000LL;
    }
}

static void receive(struct connection *one)
{
    for (;;) {
        if (one->in_room - one->in_size < HEAD_LIMIT / 2) {
            one->in_room += one->in_size + HEAD_LIMIT;
            one->in = grown(one->in, one->in_room);
        }
        size_t room = one->in_room - one->in_size - 1;
        ssize_t got = recv(one->fd, one->in + one->in_size, room, 0);
        if (got < 0 && errno == EAGAIN)
            break;
        if (got <= 0) {
            close_connection(one);
            return;
        }
        one->in_size += got;
        if ((size_t)got < room)
            break;
    }
    if (!one->busy)
        proceed(one);
}

static void welcome(int listener)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct connection *one = calloc(1, sizeof *one);
        at_once(fd);
        one->fd = fd;
        one->place = -1;
        watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLRDHUP, one);
    }
}

static void serve(int listener)
{
    struct epoll_event events[256];
    for (;;) {
        int count = wait_until(epoll, events, 256, waits ? waiting[0]->due : 0);
        for (int at = 0; at < count; at++) {
            struct connection *one = events[at].data.ptr;
            if (!one)
                welcome(listener);
            else if (events[at].events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR))
                receive(one);
            else
                proceed(one);
        }
        while (waits && waiting[0]->due <= now()) {
            struct connection *one = waiting[0];
            wait_no_more(one);
            proceed(one);
        }
    }
}

int main(int count, char **arguments)
{
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = loopback(count > 1 ? atoi(arguments[1]) : 0);
    socklen_t size = sizeof address;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096))
        die("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    epoll = epoll_create1(0);
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN, NULL);
    serve(listener);
}
