/** @throws Error when the data is damaged; `data` starts with the 13-byte header of an .lzma file */
export declare function decompress(data: Uint8Array): Uint8Array;
