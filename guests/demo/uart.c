#include "uart.h"

#include "arm.h"

enum {
    UARTDR = 0x00,
    UARTFR = 0x18,
    UARTIBRD = 0x24,
    UARTFBRD = 0x28,
    UARTLCR_H = 0x2c,
    UARTCR = 0x30,
    UARTIFLS = 0x34,
    UARTIMSC = 0x38,
    UARTICR = 0x44,
};
enum { FR_RXFE = 1 << 4, FR_TXFF = 1 << 5 };
enum { LCR_H_FEN = 1 << 4, LCR_H_8_BITS = 3 << 5 };
enum { CR_UARTEN = 1 << 0, CR_TXE = 1 << 8, CR_RXE = 1 << 9 };
enum { INTERRUPT_RX = 1 << 4, INTERRUPT_RT = 1 << 6 };

static uint32_t uart;
// A ring: the interrupt moves `head`, the reader moves `tail`.
static volatile uint8_t ring[256];
static volatile uint8_t head, tail;
static volatile uint32_t dropped;

void uart_start(uint32_t base)
{
    *reg32(base, UARTCR) = 0;
    *reg32(base, UARTIBRD) = 13; // 24 MHz / (16 * 115200) = 13 + 1/64
    *reg32(base, UARTFBRD) = 1;
    *reg32(base, UARTLCR_H) = LCR_H_8_BITS | LCR_H_FEN;
    *reg32(base, UARTIFLS) = 0; // RX from 1/8; the timeout brings what stays below
    *reg32(base, UARTICR) = 0x7ff;
    *reg32(base, UARTIMSC) = INTERRUPT_RX | INTERRUPT_RT;
    *reg32(base, UARTCR) = CR_UARTEN | CR_TXE | CR_RXE;
    uart = base;
}

void uart_write(char c)
{
    while (*reg32(uart, UARTFR) & FR_TXFF)
        ;
    *reg32(uart, UARTDR) = (uint8_t)c;
}

void uart_interrupt(void)
{
    *reg32(uart, UARTICR) = INTERRUPT_RX | INTERRUPT_RT;
    while (!(*reg32(uart, UARTFR) & FR_RXFE)) {
        uint8_t byte = (uint8_t)*reg32(uart, UARTDR);
        if ((uint8_t)(head + 1) == tail) {
            dropped++;
        } else {
            ring[head] = byte;
            head++;
        }
    }
}

int uart_read(void)
{
    if (head == tail)
        return -1;
    uint8_t byte = ring[tail];
    tail++;
    return byte;
}

uint32_t uart_dropped(void) { return dropped; }
