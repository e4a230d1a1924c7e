// A day in an office: records copied, strings compared and parsed, small decisions; what old synthetic mixes measured.
#include "bench.h"

const char bench_name[] = "records";

enum { ROUNDS = 11200, PEOPLE = 256, NAME = 20, BUCKETS = 64 };

enum grade { JUNIOR, SENIOR, LEAD, GRADES };

struct person {
    char name[NAME];
    uint32_t number;
    int32_t balance;
    enum grade grade;
    int16_t next; // in its bucket, or -1
};

static struct person people[PEOPLE], archive[PEOPLE];
static int16_t buckets[BUCKETS];
static uint32_t seed;

static void write_decimal(char *to, uint32_t value)
{
    char digits[10];
    unsigned n = 0;
    do
        digits[n++] = (char)('0' + value % 10);
    while (value /= 10);
    while (n)
        *to++ = digits[--n];
    *to = 0;
}

static uint32_t read_decimal(const char *from)
{
    uint32_t value = 0;
    for (; *from >= '0' && *from <= '9'; from++)
        value = value * 10 + (uint32_t)(*from - '0');
    return value;
}

static int compare(const char *a, const char *b)
{
    for (; *a && *a == *b; a++, b++)
        ;
    return (uint8_t)*a - (uint8_t)*b;
}

static uint32_t hash(const char *text)
{
    uint32_t value = 5381;
    for (; *text; text++)
        value = value * 33 ^ (uint8_t)*text;
    return value;
}

static void hire(int16_t index)
{
    struct person *person = &people[index];
    person->number = next_random(&seed) % 100000000;
    write_decimal(person->name + 4, person->number);
    for (unsigned i = 0; i < 4; i++)
        person->name[i] = "EMP-"[i];
    person->balance = 0;
    person->grade = (enum grade)(person->number % GRADES);
    int16_t *bucket = &buckets[hash(person->name) % BUCKETS];
    person->next = *bucket;
    *bucket = index;
}

static struct person *find(const char *name)
{
    for (int16_t at = buckets[hash(name) % BUCKETS]; at >= 0; at = people[at].next)
        if (compare(people[at].name, name) == 0)
            return &people[at];
    return NULL;
}

static void pay(struct person *person, uint32_t month)
{
    static const int32_t wages[GRADES] = {30, 45, 60};
    person->balance += wages[person->grade];
    if (month % 12 == 11 && person->grade != LEAD && person->number % 7 == month % 7)
        person->grade = (enum grade)(person->grade + 1);
    if (person->balance > 1000)
        person->balance = -(person->balance / 3);
}

uint32_t bench_run(void)
{
    uint32_t checksum = 0;
    seed = 10;
    for (unsigned i = 0; i < BUCKETS; i++)
        buckets[i] = -1;
    for (int16_t i = 0; i < PEOPLE; i++)
        hire(i);
    for (uint32_t month = 0; month < ROUNDS; month++) {
        for (unsigned i = 0; i < PEOPLE; i++)
            archive[i] = people[i];
        for (unsigned i = 0; i < PEOPLE; i++) {
            struct person *person = find(archive[(i * 37 + month) % PEOPLE].name);
            if (!person || read_decimal(person->name + 4) != person->number)
                return 0;
            pay(person, month);
        }
        for (unsigned i = 0; i < PEOPLE; i++)
            checksum = mix(checksum, (uint32_t)(people[i].balance - archive[i].balance) + people[i].grade);
    }
    return checksum;
}
