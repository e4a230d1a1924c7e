// xen_domain_handle_t, a UUID of 16 bytes, as words of a structure.

export const HANDLE_FIELDS = { h0: 'u32', h1: 'u32', h2: 'u32', h3: 'u32' } as const;
export type HandleWords = Readonly<Record<keyof typeof HANDLE_FIELDS, number>>;

export function handleBytes({ h0, h1, h2, h3 }: HandleWords): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  [h0, h1, h2, h3].forEach((word, i) => view.setUint32(4 * i, word, true));
  return new Uint8Array(view.buffer);
}

export function handleWords(bytes: Uint8Array): HandleWords {
  const view = new DataView(bytes.buffer, bytes.byteOffset, 16);
  const word = (i: number): number => view.getUint32(4 * i, true);
  return { h0: word(0), h1: word(1), h2: word(2), h3: word(3) };
}
