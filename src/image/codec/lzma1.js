// The library ships its TypeScript sources as types, which this project's stricter compiler options reject.
export { decompress } from 'lzma1';
