// Runs a benchmark on the host, for the checksum that the guests must print.
#include <stdio.h>

#include "bench.h"

int main(void)
{
    printf("BENCH %s checksum=%08X\n", bench_name, bench_run());
    return 0;
}
