// The UART of a guest, from both ends: registers and interrupt here, the ring and its channel there.
import { describe, expect, it } from 'vitest';
import type { Domain } from '../../src/hyp/domain';
import { SCRATCH, dom0 } from './caller';
import { CODE, guest, LOOP } from './small-guest';
import { bench } from './bench';
import { FakeKernel, planOf, toolstackBench } from './toolstack-bench';
import { VUART_RING } from '../../src/hyp/toolstack/build';
import { addVpl011, VPL011 } from '../../src/hyp/vpl011';

const DR = 0;
const FR = 0x18;
const IMSC = 0x38;
const RIS = 0x3c;
const MIS = 0x40;
const ICR = 0x44;
const EVTCHN_OP = 32;
const VUART_OP = 81;

describe('the UART of a domain of the toolstack', () => {
  const start = () => {
    const made = toolstackBench();
    const id = made.toolstack.create(planOf('win', { vuart: true }), true);
    const domain = made.xen.domains.get(id)!;
    return { ...made, id, domain, uart: domain.vpl011!, kernel: new FakeKernel(domain) };
  };
  const pending = (domain: Domain): boolean => domain.vgic.irq(VPL011.IRQ, 0)!.pending;

  it('carries bytes in both directions, on a console of its own', () => {
    const { toolstack, uart, consoles } = start();
    expect(toolstack.consoles).toEqual(['win', 'win:vuart']);
    for (const byte of new TextEncoder().encode('login: ')) expect(uart.write(DR, byte)).toBe(true);
    expect(consoles.get('win:vuart')).toBe('login: ');
    expect(consoles.get('win')).toBeUndefined();
    expect(uart.read(FR)! & 0x10).toBe(0x10);
    for (const byte of new TextEncoder().encode('ok')) toolstack.type('win:vuart', byte);
    expect(uart.read(FR)! & 0x10).toBe(0);
    expect([uart.read(DR), uart.read(DR)]).toEqual([0x6f, 0x6b]);
    expect(uart.read(FR)! & 0x10).toBe(0x10);
  });

  it('raises its interrupt for what is new, and only then', () => {
    const { toolstack, uart, domain } = start();
    uart.write(IMSC, 0x50);
    expect(pending(domain)).toBe(false);
    toolstack.type('win:vuart', 65);
    expect(pending(domain)).toBe(true);
    domain.vgic.clear(VPL011.IRQ, 0);
    toolstack.type('win:vuart', 66);
    expect([pending(domain), uart.read(MIS)]).toEqual([false, 0x40]);
    uart.write(ICR, 0x40);
    toolstack.type('win:vuart', 67);
    expect(pending(domain)).toBe(true);
    expect([uart.read(DR), uart.read(DR), uart.read(DR)]).toEqual([65, 66, 67]);
    expect(uart.read(RIS)! & 0x50).toBe(0);
  });

  it('has its nodes in the store, which go with it', () => {
    const { toolstack, id } = start();
    expect(toolstack.store.read(`/local/domain/${id}/vuart/0/ring-ref`)).toBe(String(0x39003));
    expect(toolstack.store.read(`/local/domain/0/backend/vuart/${id}/0/frontend-id`)).toBe(String(id));
    toolstack.destroy(id);
    expect(toolstack.store.list('/local/domain/0/backend/vuart')).toEqual([]);
  });

  it('gives everything back at the end', () => {
    const { toolstack, xen } = toolstackBench();
    const free = xen.heap.free;
    toolstack.destroy(toolstack.create(planOf('win', { vuart: true }), true));
    expect(xen.heap.free).toBe(free);
  });

  it('is not disturbed by indices that cannot be, nor by registers that are not there', () => {
    const { uart, kernel, said } = start();
    kernel.setU32(VUART_RING + 3084, 0x80000000);
    expect(uart.write(DR, 65)).toBe(true);
    kernel.setU32(VUART_RING + 3076, 0x80000000);
    expect(uart.read(DR)).toBe(0);
    expect([uart.read(0xfe0), uart.write(0x24, 1), uart.read(ICR), uart.read(1)]).toEqual(
      [undefined, false, undefined, undefined], // prettier-ignore
    );
    expect(said()).toContain('vpl011: Unexpected OUT ring buffer full');
    expect(said()).toContain('vpl011: unhandled read offset 0x000fe0');
  });

  it('is full when nobody takes what it says', () => {
    const { xen } = toolstackBench();
    const domain = guest(xen, 5, [LOOP]);
    domain.vgic.setEnabled(domain.vgic.irq(VPL011.IRQ, 0)!, 0, true);
    expect(addVpl011(domain, CODE / 4096 + 3, 0)).toBe(1);
    const uart = domain.vpl011!;
    for (let i = 0; i < 2048; i++) uart.write(DR, 65);
    expect(uart.read(FR)! & 0x28).toBe(0x28);
    expect(uart.read(RIS)! & 0x20).toBe(0);
    expect(addVpl011(domain, CODE / 4096 + 3, 0)).toBe(-22);
  });
});

describe('the UART of a domain that dom0 makes', () => {
  it('is made by vuart_op, and its port is the hypervisor’s own', () => {
    const caller = dom0();
    const { xen } = caller;
    const id = caller.create();
    caller.populate(id, 0x39003, 1);
    // The library says that it has a shared interrupt when it creates the domain; this one has none.
    expect(caller.domctl(VUART_OP, id, [0, 0, 0x39003, 0, 0]).result).toBe(-22);
    const domain = guest(xen, 7, [LOOP]);
    domain.creationFinished = false;
    const { result, words } = caller.domctl(VUART_OP, 7, [0, 0, CODE / 4096 + 3, 0, 0]);
    expect([result, words[5]]).toEqual([0, 1]);
    expect(caller.domctl(VUART_OP, 7, [0, 1, CODE / 4096 + 3, 0, 0]).result).toBe(-95);
    expect(caller.domctl(VUART_OP, 7, [1, 0, CODE / 4096 + 3, 0, 0]).result).toBe(-22);
    // Dom0 binds the other end, and hears of each byte.
    caller.put(SCRATCH, [7, 1, 0]);
    expect(caller.call(EVTCHN_OP, 0, SCRATCH)).toBe(0);
    const port = caller.words(SCRATCH, 3)[2]!;
    const channel = caller.domain.channels.get(port)!;
    caller.domain.channels.abi.clearPending(channel);
    domain.vpl011!.write(DR, 65);
    expect(caller.domain.channels.abi.isPending(channel)).toBe(true);
    // A byte for the guest, and the event that says so.
    const ring = domain.address(CODE + 3 * 4096);
    xen.memory.write8(ring, 66);
    xen.memory.write32(ring + 3076, 1);
    caller.put(SCRATCH, [port]);
    expect(caller.call(EVTCHN_OP, 4, SCRATCH)).toBe(0);
    expect(domain.vpl011!.read(FR)! & 0x10).toBe(0);
    expect(domain.vpl011!.read(DR)).toBe(66);
  });

  it('does not let the guest touch that port', () => {
    const caller = dom0();
    const port = caller.domain.channels.allocateForXen(0, () => {});
    const ask = (op: number, ...words: number[]): number => {
      caller.put(SCRATCH, words);
      return caller.call(EVTCHN_OP, op, SCRATCH);
    };
    expect([ask(3, port), ask(4, port), ask(8, port, 0), ask(5, 0x7ff0, port)]).toEqual([-22, -22, -22, -13]);
  });
});

describe('its registers', () => {
  it('are where guests expect them', () => {
    // r1 = 0x22000000; r0 = 'A'; strb r0, [r1]; ldr r2, [r1, #0x18]; then a register that is not there
    const code = [0xe3a01422, 0xe3a00041, 0xe5c10000, 0xe5912018, 0xe5913fe0, LOOP];
    let domain!: Domain;
    const made = bench(xen => {
      domain = guest(xen, 0, code);
      addVpl011(domain, CODE / 4096 + 3, 0);
    });
    made.machine.run(1000);
    expect(made.xen.memory.read8(domain.address(CODE + 3 * 4096 + 1024))).toBe(0x41);
    // The abort leads to the vector at 0x10, where nothing is mapped: the guest goes no further.
    expect(made.said()).toContain('vpl011: unhandled read offset 0x000fe0');
    expect(made.said()).toContain('data abort');
  });
});
