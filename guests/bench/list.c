// Linked lists scattered over 1 MiB: pointer chasing across more pages than most TLBs hold.
#include "bench.h"

const char bench_name[] = "list";

enum { ROUNDS = 96, COUNT = 65536, WALKS = 12 };

struct node {
    struct node *next;
    uint32_t value, visits, pad;
};

static struct node nodes[COUNT];
static uint32_t order[COUNT];

/** Links all nodes in a random order. */
static struct node *build(uint32_t *seed)
{
    for (uint32_t i = 0; i < COUNT; i++)
        order[i] = i;
    for (uint32_t i = COUNT - 1; i; i--) {
        uint32_t j = next_random(seed) % (i + 1), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        nodes[order[i]].next = i + 1 < COUNT ? &nodes[order[i + 1]] : NULL;
        nodes[order[i]].value = next_random(seed);
    }
    return &nodes[order[0]];
}

static struct node *reverse(struct node *list)
{
    struct node *reversed = NULL;
    while (list) {
        struct node *next = list->next;
        list->next = reversed;
        reversed = list;
        list = next;
    }
    return reversed;
}

static struct node *merge(struct node *a, struct node *b)
{
    struct node head, *tail = &head;
    while (a && b) {
        struct node **lesser = a->value <= b->value ? &a : &b;
        tail = tail->next = *lesser;
        *lesser = tail->next;
    }
    tail->next = a ? a : b;
    return head.next;
}

/** Merge sort from below: bin n holds a sorted list of 2^n nodes, or nothing. */
static struct node *sort(struct node *list)
{
    struct node *bins[17] = {NULL};
    while (list) {
        struct node *carry = list;
        list = list->next;
        carry->next = NULL;
        unsigned bin = 0;
        for (; bin < 16 && bins[bin]; bin++) {
            carry = merge(bins[bin], carry);
            bins[bin] = NULL;
        }
        bins[bin] = bins[bin] ? merge(bins[bin], carry) : carry;
    }
    struct node *sorted = NULL;
    for (unsigned bin = 0; bin < 17; bin++)
        sorted = merge(bins[bin], sorted);
    return sorted;
}

uint32_t bench_run(void)
{
    uint32_t seed = 5, checksum = 0;
    struct node *list = build(&seed);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        for (unsigned walk = 0; walk < WALKS; walk++) {
            uint32_t sum = 0;
            for (struct node *node = list; node; node = node->next)
                sum += node->value ^ node->visits++;
            checksum = mix(checksum, sum);
            list = reverse(list);
        }
        if (round % 6 == 5) {
            list = sort(list);
            for (struct node *node = list; node; node = node->next)
                checksum = mix(checksum, node->value);
            list = build(&seed);
        }
    }
    return checksum;
}
