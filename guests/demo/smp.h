// The second core.
#ifndef SMP_H
#define SMP_H

/** Starts core 1 if it sleeps, lets it count, and prints a line for each core. */
void cpus_print(void);

#endif
