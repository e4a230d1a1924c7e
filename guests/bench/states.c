// Two interpreters of the kind that branch predictors dread: a scanner of text and a small stack machine.
#include "bench.h"

const char bench_name[] = "states";

enum { ROUNDS = 800, TEXT = 32768, STEPS = 60000 };

static char text[TEXT + 1];

/** Text that looks like a program: names, numbers, strings, comments, operators. */
static void write_text(uint32_t *seed)
{
    static const char letters[] = "abcdefgh_0123456789+-*/=<>(){};\"# \n.";
    for (uint32_t i = 0; i < TEXT; i++)
        text[i] = letters[next_random(seed) % (sizeof letters - 1)];
}

enum state { BETWEEN, NAME, NUMBER, FRACTION, STRING, COMMENT, OPERATOR, STATES };

static enum state classify(char c)
{
    if ((c >= 'a' && c <= 'z') || c == '_')
        return NAME;
    if (c >= '0' && c <= '9')
        return NUMBER;
    switch (c) {
    case '"': return STRING;
    case '#': return COMMENT;
    case ' ':
    case '\n': return BETWEEN;
    default: return OPERATOR;
    }
}

static uint32_t scan(uint32_t checksum)
{
    uint32_t counts[STATES] = {0};
    enum state state = BETWEEN;
    for (const char *at = text; *at; at++) {
        enum state found = classify(*at), next = found;
        switch (state) {
        case NAME: next = found == NUMBER ? NAME : found; break;
        case NUMBER: next = *at == '.' ? FRACTION : found; break;
        case FRACTION: next = found == NUMBER ? FRACTION : found; break;
        case STRING: next = *at == '"' ? BETWEEN : STRING; break;
        case COMMENT: next = *at == '\n' ? BETWEEN : COMMENT; break;
        default: break;
        }
        if (next != state)
            counts[next]++;
        state = next;
    }
    for (unsigned i = 0; i < STATES; i++)
        checksum = mix(checksum, counts[i]);
    return checksum;
}

enum operation { PUSH, ADD, SUBTRACT, EXCLUSIVE_OR, ROTATE, DUPLICATE, SWAP, LOAD, STORE, SKIP_IF_ODD, OPERATIONS };

static uint8_t program[256];

/** Runs the program round and round; stack and memory are indexed modulo their size, so any program will do. */
static uint32_t interpret(uint32_t value)
{
    uint32_t stack[16] = {value}, memory[16] = {0}, top = 0;
    uint8_t pc = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t *a = &stack[top % 16], *b = &stack[(top - 1) % 16];
        switch ((enum operation)program[pc++]) {
        case PUSH: stack[++top % 16] = step; break;
        case ADD: *b += *a; top--; break;
        case SUBTRACT: *b -= *a; top--; break;
        case EXCLUSIVE_OR: *b ^= *a; top--; break;
        case ROTATE: *a = *a << 7 | *a >> 25; break;
        case DUPLICATE: stack[(top + 1) % 16] = *a; top++; break;
        case SWAP: value = *a, *a = *b, *b = value; break;
        case LOAD: *a += memory[*a % 16]; break;
        case STORE: memory[*a % 16] = *b; break;
        case SKIP_IF_ODD: pc += *a & 1; break;
        default: break;
        }
    }
    for (unsigned i = 0; i < 16; i++)
        value = mix(value, stack[i] ^ memory[i]);
    return value;
}

uint32_t bench_run(void)
{
    uint32_t seed = 7, checksum = 0;
    write_text(&seed);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        checksum = scan(checksum);
        for (unsigned i = 0; i < 256; i++)
            program[i] = (uint8_t)(next_random(&seed) % OPERATIONS);
        checksum = mix(checksum, interpret(checksum));
        text[round * 97 % TEXT] = '"';
    }
    return checksum;
}
