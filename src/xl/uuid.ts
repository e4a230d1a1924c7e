// UUIDs as libuuid reads them, and as they stand in configurations.

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The 16 bytes of a text that {@link UUID} matches. */
export const uuidBytes = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll('-', '').match(/../g) ?? [], byte => parseInt(byte, 16));
