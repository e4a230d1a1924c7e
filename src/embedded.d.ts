// Files that the bundler puts into the program (the table EMBEDDED of esbuild.mjs).
declare module '*.dts' {
  const text: string;
  export default text;
}
declare module '*.cfg' {
  const text: string;
  export default text;
}
declare module '*.elf' {
  const bytes: Uint8Array;
  export default bytes;
}
declare module '*.bin' {
  const bytes: Uint8Array;
  export default bytes;
}
