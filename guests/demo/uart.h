// PL011 (ARM DDI 0183): the console. Receive by interrupt, transmit by polling.
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stdint.h>

/** Sets 115200 8N1, FIFOs on, receive interrupts enabled. */
void uart_start(uint32_t base);
/** One byte as it is; waits while the transmit FIFO is full. */
void uart_write(char c);
/** The receive and receive-timeout interrupt: moves the FIFO into the ring. */
void uart_interrupt(void);
/** The next byte received, or -1. */
int uart_read(void);
/** Bytes dropped because the ring was full. */
uint32_t uart_dropped(void);

#endif
